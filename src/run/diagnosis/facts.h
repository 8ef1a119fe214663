/*
 * What was observed, as enumerations, numbers and the peer's octets: of one session with one
 * address (struct facts), and of a domain's records and the results of its addresses (struct
 * domain_facts). The session and the probe fill them; diagnose() reads nothing else.
 *
 * {0}: nothing is known; a field that is not filled in is not judged. Pointers and spans are
 * borrowed from whoever fills the facts, and must outlive the diagnosis. Octets are as the peer
 * sent them.
 */
#ifndef RUN_DIAGNOSIS_FACTS_H
#define RUN_DIAGNOSIS_FACTS_H

#include <stdint.h>

#include "net/tls_dane.h"
#include "run/route/route.h"
#include "run/route/sts.h"
#include "smtp/dialogue.h"
#include "smtp/extension.h"
#include "smtp/stage.h"
#include "smtp/standing.h"

/* How the connection ended: end, its word */
#define FACT_ENDS(X)									\
	X(NONE,		"none")								\
	X(REFUSED,	"refused")	/* ECONNREFUSED */				\
	X(UNREACHABLE,	"unreachable")	/* the network said so */			\
	X(NO_ROUTE,	"no_route")	/* this machine has none for the family */	\
	X(FORBIDDEN,	"forbidden")	/* EACCES, EPERM: this machine's own rules */	\
	X(TIMED_OUT,	"timed_out")	/* .stage says waiting for what */		\
	X(CLOSED,	"closed")	/* by the peer */				\
	X(RESET,	"reset")							\
	X(TRUNCATED,	"truncated")	/* within TLS, without close_notify */		\
	X(TLS_FAILED,	"tls_failed")	/* .handshake says how */			\
	X(PROXY,	"proxy")	/* a proxy did not connect */

enum fact_end {
#define X(name, word) END_##name,
	FACT_ENDS(X)
#undef X
};

/* How a handshake failed. */
enum fact_handshake {
	SHAKE_UNKNOWN,			/* it did not fail, or it is unknown how */
	SHAKE_ALERT,			/* the peer sent .alert */
	SHAKE_NOTHING_SHARED,		/* no cipher suite, group or signature in common */
	SHAKE_OLD_VERSION,		/* the peer speaks only versions older than asked for */
	/* a key or signature of the peer is too weak for this side */
	SHAKE_WEAK,
	SHAKE_RENEGOTIATION,		/* it lacks RFC 5746 */
	SHAKE_CLEARTEXT,		/* no TLS came: .octets has what did */
	SHAKE_CLOSED, SHAKE_RESET,
};

/* The result of one DNS lookup. */
enum fact_dns {
	DNS_NOT_ASKED,
	DNS_ANSWERED,
	DNS_NAME_ERROR,			/* NXDOMAIN */
	DNS_NO_DATA,			/* the name exists, but has no such record */
	DNS_FAILED,			/* SERVFAIL */
	DNS_DENIED,			/* REFUSED, FORMERR, NOTIMP and the like */
	DNS_SILENT,			/* no resolver answered */
	DNS_BROKEN,			/* an answer that cannot be used */
	DNS_LOOP,			/* its CNAMEs lead back to themselves */
};

struct dns_facts {
	enum fact_dns result;
	struct span name;		/* the name looked up */
	struct span resolver;		/* the server that answered; empty: unknown */
	int ede;			/* RFC 8914, of a SERVFAIL; 0 or less: none */
	bool family_only;		/* DNS_NO_DATA: of the family asked for (-4, -6) */
	bool without_validation;	/* with CD set there was an answer */
};

struct facts {
	/* What it is about. */
	struct span domain;		/* whose mail goes there; empty: a host was given */
	struct span host;		/* empty: an address was given */
	struct span address;		/* as text */
	unsigned port;			/* 0: not known, as for a pipe */
	unsigned preference;		/* of an MX */
	bool mx;			/* the host was found by an MX of the domain */
	bool implicit_mx;		/* the domain has no MX, and this is its own address */

	/* How far it got and how it ended. */
	enum smtp_stage stage;		/* of the reply, of the wait that timed out, of the close */
	enum fact_end end;
	uint64_t waited_ms;		/* how long it had waited for that */
	bool late;			/* the time for everything (-t) had run out */
	/* END_TIMED_OUT: the lookup's time, where it used most of the limit; 0: it did not */
	uint64_t lookup_ms;
	struct span octets;		/* what came and is not a complete reply, or not TLS */
	unsigned pieces;		/* the number of reads that gave them; 0: unknown */
	bool before_greeting;		/* nothing was ever received on the connection */
	bool asked_to_close;		/* after QUIT: a close is no failure */
	bool fate_unknown;		/* the end of data was sent and not validly answered */
	/* no message is in doubt, although the wait was for a reply to the end of data */
	bool fate_known;
	/* of the host's address, when that lookup is how it ended */
	struct dns_facts dns;
	/* null MX: the domain accepts no mail, nothing was tried */
	bool null_mx;

	/* A reply to explain. */
	const struct reply *reply;	/* NULL: none */
	/* that it answers; VERB_OTHER: unknown, or the greeting */
	enum verb verb;
	struct span sent;		/* the line that it answers, secrets removed */
	enum standing standing;		/* whether its code belongs there */
	bool unsolicited;		/* nothing was outstanding */

	/* What the session knows. */
	const struct reply *greeting;
	struct dialogue dialogue;	/* as it was when the reply came */
	/* accepted EHLO, HELO and LHLO since the connection or TLS began */
	unsigned hellos;
	/* by the last EHLO; NULL: none, or no longer valid */
	const struct extensions *offered;
	const struct extensions *clear;	/* by EHLO before TLS */
	/* STARTTLS was offered when the extensions were recorded */
	bool recorded_starttls;
	struct span elsewhere;		/* another address of the host that offers STARTTLS */
	struct span mechanism;		/* of the current AUTH exchange; empty: unknown */
	bool binding;			/* with channel binding (-PLUS) */
	bool early_talker;		/* something was sent before the greeting */
	bool tls_probed;		/* a second look: the silent port answered a ClientHello */
	unsigned outstanding;		/* replies, besides this one */
	/* open connections of this program to that address at the time; 0: unknown */
	unsigned connections;
	struct span helo;		/* the name sent in EHLO */
	/* envelope addresses, without brackets; .at NULL: unknown */
	struct span from, to;

	/* Delays; 0: none. */
	uint64_t greeting_ms;
	/* its first lines came at once, the last one later (postscreen) */
	bool greeting_held;
	/* "MAIL after 6.0 s, RCPT after 6.1 s": what else was slow */
	struct span slow;
	unsigned nslow;			/* how many */
	bool drawn;			/* one of them came octet by octet */

	/* TLS. */
	bool implicit_tls;		/* from the start */
	bool login_wanted;		/* it is a port for clients that log in */
	bool starttls_wanted;		/* STARTTLS was to begin TLS */
	enum fact_handshake handshake;
	unsigned alert;			/* SHAKE_ALERT */
	struct span version;		/* SHAKE_OLD_VERSION: the peer's */
	struct span handshake_text;	/* what the TLS library says about it */
	bool injected;			/* .octets followed the 220, before TLS began */
	const struct tls_info *tls;	/* NULL: no handshake succeeded */
	/*
	 * The certificate matters: verification was asked for, or the port is one for submission.
	 * Otherwise (port 25) a problem with it is a note, unless a policy demands verification.
	 */
	bool verify;
	double days_left;		/* until the first certificate of the chain expires */
	double days_warning;		/* fewer than these are "soon"; 0: not judged */

	/* Policies. */
	const struct tls_dane *dane;	/* NULL: not looked up */
	/* --dane=require; what is judged is DANE, so that it matters whether records were validated
	 * also where there are none */
	bool dane_required, dane_matters;
	const struct sts *sts;		/* NULL: not looked up */
	enum sts_verdict sts_verdict;
};

/* One MX. */
struct mx_facts {
	struct span host;
	unsigned preference;
	struct dns_facts dns;		/* of its addresses */
	bool alias;			/* it is a CNAME (RFC 2181 10.3, RFC 5321 5.1) */
	/* An address that nobody else can reach (private, loopback, this host's); empty: none. */
	struct span private_address, loopback_address;
	struct span address;		/* one of its addresses: MX hosts that share it are one */
};

/* The result of one address. */
enum fact_path {
	PATH_UNKNOWN,			/* not tried */
	PATH_UP,			/* it sent a greeting and accepted EHLO */
	PATH_DEFERRED, PATH_REJECTED,	/* this client was, with a 4xx or 5xx */
	PATH_REFUSED,			/* connection refused */
	PATH_SILENT,			/* connect timed out */
	PATH_DOWN,			/* failed in another way */
	PATH_SKIPPED,			/* this machine has no route for the family */
};

struct path_facts {
	struct span host, address;
	unsigned preference, family;	/* 4 or 6 */
	unsigned port;			/* 0: 25 */
	enum fact_path path;
};

struct domain_facts {
	struct span domain;
	struct dns_facts mx;		/* DNS_NO_DATA: no MX */
	struct dns_facts own;		/* of the domain's own address, when there is no MX */
	bool null_mx;
	const struct mx_facts *host;	/* by preference */
	size_t nhosts;
	const struct path_facts *path;
	size_t npaths;
	const struct sts *sts;		/* NULL: not looked up */
	bool tlsrpt_asked, tlsrpt;	/* whether there is a record */
	struct span tlsrpt_wrong;	/* why it is invalid; empty: it is not */
};

/*
 * Fills in what an error tells about how it ended: a lookup, a connection attempt or a handshake.
 * The stage of what timed out is set by the caller.
 */
void facts_of_err(
    struct facts *, enum err_kind, enum err_cause, int sys, unsigned alert);
/*
 * Fills in the name whose lookup failed: the domain's own, or the first of its MX hosts when none
 * has an address. `route`: what was found before that; NULL: nothing.
 */
/* How a lookup failed, of the cause that it gave; DNS_NOT_ASKED: in no way that is known. */
enum fact_dns facts_of_lookup(enum err_cause);
/* Of the lookup of a host's addresses. */
struct dns_facts facts_of_host(const struct host *, struct span name);
/* What the DNS has on an MX. In the arena. */
void facts_of_mx(struct mx_facts *, const struct route_hop *, struct arena *);
void facts_of_route(struct facts *, const struct target *, const struct route *);

#endif
