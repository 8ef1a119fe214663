/*
 * What was observed, as enumerations, numbers and the peer's octets: in one session with one
 * address (struct facts), and about a domain's records and the results of its addresses (struct
 * domain_facts). Sessions, probes and checks fill them in; diagnose() reads nothing else.
 *
 * {0}: nothing is known; a field that is not filled in is not judged. Pointers and spans are
 * borrowed from the caller and must outlive the diagnosis. Octets are as the peer sent them.
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
	SHAKE_UNKNOWN,			/* it did not fail, or the reason is unknown */
	SHAKE_ALERT,			/* the peer sent .alert */
	SHAKE_NOTHING_SHARED,		/* no cipher suite, group or signature in common */
	SHAKE_OLD_VERSION,		/* the peer supports only versions older than requested */
	/* a key or signature of the peer is too weak for this side */
	SHAKE_WEAK,
	SHAKE_RENEGOTIATION,		/* it lacks RFC 5746 */
	SHAKE_CLEARTEXT,		/* the peer did not answer in TLS; see .octets */
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
	struct span resolver;		/* the name server that answered; empty: unknown */
	int ede;			/* RFC 8914 code of a SERVFAIL; 0 or less: none */
	bool family_only;		/* DNS_NO_DATA: for the address family asked for (-4, -6) */
	bool without_validation;	/* with the CD bit set the lookup succeeded */
};

struct facts {
	/* What it is about. */
	struct span domain;		/* whose mail goes there; empty: a host was given */
	struct span host;		/* empty: an address was given */
	struct span address;		/* as text */
	unsigned port;			/* 0: unknown, as for a pipe */
	unsigned preference;		/* of an MX */
	bool mx;			/* the host is an MX of the domain */
	bool implicit_mx;		/* the domain has no MX, and this is its own address */

	/* How far it got and how it ended. */
	enum smtp_stage stage;		/* of the reply, the timeout or the close */
	enum fact_end end;
	uint64_t waited_ms;		/* how long it had waited by then */
	bool late;			/* the time for everything (-t) had expired */
	/* END_TIMED_OUT: time of the lookup, if that used most of the limit; else 0 */
	uint64_t lookup_ms;
	struct span octets;		/* received, but not a complete reply, or not TLS */
	unsigned pieces;		/* the number of reads in which they came; 0: unknown */
	bool before_greeting;		/* nothing was ever received on the connection */
	bool asked_to_close;		/* after QUIT, when a close is no failure */
	bool fate_unknown;		/* the end of data was sent, but no valid reply came */
	/* no message is in doubt, although the reply to the end of data was outstanding */
	bool fate_known;
	/* lookup of the host's address, if that is how it ended */
	struct dns_facts dns;
	/* the domain has a null MX: nothing was tried */
	bool null_mx;

	/* A reply to explain. */
	const struct reply *reply;	/* NULL: none */
	/* the command it replies to; VERB_OTHER: unknown, or the greeting */
	enum verb verb;
	struct span sent;		/* the line it replies to, secrets removed */
	enum standing standing;		/* whether its code is valid there */
	bool unsolicited;		/* no reply was outstanding */

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
	bool tls_probed;		/* on a second try the silent port answered a ClientHello */
	unsigned outstanding;		/* replies still outstanding after this one */
	/* open connections of this program to that address at the time; 0: unknown */
	unsigned connections;
	struct span helo;		/* the name sent in EHLO */
	/* envelope addresses, without brackets; .at NULL: unknown */
	struct span from, to;

	/* Delays; 0: none. */
	uint64_t greeting_ms;
	/* its first lines came at once, the last one later (postscreen) */
	bool greeting_held;
	/* other slow replies: "MAIL after 6.0 s, RCPT after 6.1 s" */
	struct span slow;
	unsigned nslow;			/* number of slow replies */
	bool drawn;			/* one of them came octet by octet */

	/* TLS. */
	bool implicit_tls;		/* TLS from the start */
	bool login_wanted;		/* the port is for clients that log in */
	bool starttls_wanted;		/* TLS was to begin with STARTTLS */
	enum fact_handshake handshake;
	unsigned alert;			/* SHAKE_ALERT */
	struct span version;		/* SHAKE_OLD_VERSION: the peer's */
	struct span handshake_text;	/* error message of the TLS library */
	bool injected;			/* .octets followed the 220, before TLS began */
	const struct tls_info *tls;	/* NULL: no handshake succeeded */
	/*
	 * The certificate matters: verification was requested, or the port is for submission.
	 * Otherwise (port 25) a problem with it is only a note, unless a policy requires
	 * verification.
	 */
	bool verify;
	double days_left;		/* until the first certificate of the chain expires */
	double days_warning;		/* fewer days than this are "soon"; 0: not judged */

	/* Policies. */
	const struct tls_dane *dane;	/* NULL: not looked up */
	/*
	 * --dane=require; DANE is what is judged, so it matters whether the records were validated,
	 * even if there are none
	 */
	bool dane_required, dane_matters;
	const struct sts *sts;		/* NULL: not looked up */
	enum sts_verdict sts_verdict;
};

/* One MX. */
struct mx_facts {
	struct span host;
	unsigned preference;
	struct dns_facts dns;		/* lookup of its addresses */
	bool alias;			/* it is a CNAME (RFC 2181 10.3, RFC 5321 5.1) */
	/* An address that others cannot reach (private, loopback or 0.0.0.0); empty: none. */
	struct span private_address, loopback_address;
	struct span address;		/* first address; MX hosts that share it are one host */
};

/* The result of one address. */
enum fact_path {
	PATH_UNKNOWN,			/* not tried */
	PATH_UP,			/* it sent a greeting and accepted EHLO */
	PATH_DEFERRED, PATH_REJECTED,	/* this client was deferred (4xx), rejected (5xx) */
	PATH_REFUSED,			/* connection refused */
	PATH_SILENT,			/* the connection attempt timed out */
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
	struct dns_facts mx;		/* DNS_NO_DATA: the domain has no MX */
	struct dns_facts own;		/* lookup of the domain's own address, if it has no MX */
	bool null_mx;
	const struct mx_facts *host;	/* by preference */
	size_t nhosts;
	const struct path_facts *path;
	size_t npaths;
	const struct sts *sts;		/* NULL: not looked up */
	bool tlsrpt_asked, tlsrpt;	/* the record was looked up; there is one */
	struct span tlsrpt_wrong;	/* why it is invalid; empty: it is valid */
};

/*
 * Sets what an error tells about how it ended: a lookup, a connection attempt or a handshake. The
 * caller sets the stage of a timeout.
 */
void facts_of_err(
    struct facts *, enum err_kind, enum err_cause, int sys, unsigned alert);
/* Returns how a lookup with this cause failed; DNS_NOT_ASKED: the cause is not about the DNS. */
enum fact_dns facts_of_lookup(enum err_cause);
/* Returns the result of the lookup of a host's addresses. */
struct dns_facts facts_of_host(const struct host *, struct span name);
/* Sets what the DNS says about an MX. In the arena. */
void facts_of_mx(struct mx_facts *, const struct route_hop *, struct arena *);
/*
 * Sets the name whose lookup failed: the domain's own, or the first of its MX hosts if none has an
 * address. `route`: what was found before that; NULL: nothing.
 */
void facts_of_route(struct facts *, const struct target *, const struct route *);

#endif
