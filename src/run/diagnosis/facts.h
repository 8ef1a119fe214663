/*
 * What was observed, as enumerations, numbers and the peer's octets: of one session with one
 * address (struct facts), and of a domain's records and what became of each of its addresses
 * (struct domain_facts). The session and the probe fill them; diagnose() reads them and nothing
 * else.
 *
 * {0} says that nothing is known, and a field that is not filled is not judged. What a fact points
 * to is the filler's, and outlives the diagnosis. Octets are as the peer sent them.
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

/* How the connection ended, or that it did not: end, its word */
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

/* How a handshake failed: */
enum fact_handshake {
	SHAKE_UNKNOWN,			/* it did not fail, or how is not known */
	SHAKE_ALERT,			/* the peer sent .alert */
	SHAKE_NOTHING_SHARED,		/* no cipher suite, group or signature in common */
	SHAKE_OLD_VERSION,		/* the peer speaks only versions older than asked for */
	/* a key or signature of the peer is too weak for this side */
	SHAKE_WEAK,
	SHAKE_RENEGOTIATION,		/* it lacks RFC 5746 */
	SHAKE_CLEARTEXT,		/* no TLS came: .octets has what did */
	SHAKE_CLOSED, SHAKE_RESET,
};

/* One question to the DNS: */
enum fact_dns {
	DNS_NOT_ASKED,
	DNS_ANSWERED,
	DNS_NAME_ERROR,			/* NXDOMAIN */
	DNS_NO_DATA,			/* the name is there, and has no such record */
	DNS_FAILED,			/* SERVFAIL */
	DNS_DENIED,			/* REFUSED */
	DNS_SILENT,			/* no resolver answered */
	DNS_BROKEN,			/* an answer that cannot be used */
};

struct dns_facts {
	enum fact_dns result;
	struct span name;		/* that was asked for */
	struct span resolver;		/* who answered; empty: not known */
	int ede;			/* RFC 8914, of a SERVFAIL; 0 or less: none */
	bool family_only;		/* DNS_NO_DATA: of the family asked for (-4, -6) */
	bool without_validation;	/* asked again with CD set, the answer was there */
};

struct facts {
	/* Whom it is about. */
	struct span domain;		/* whose mail goes there; empty: a host was named */
	struct span host;		/* empty: an address was named */
	struct span address;		/* as text */
	unsigned port;			/* 0: not known, as for a pipe */
	unsigned preference;		/* of an MX */
	bool mx;			/* the host was found by an MX of the domain */
	bool implicit_mx;		/* the domain has none, and this is its own address */

	/* How far it came and how it ended. */
	enum smtp_stage stage;		/* of the reply, of the wait that timed out, of the close */
	enum fact_end end;
	uint64_t waited_ms;		/* how long that was waited for */
	struct span octets;		/* what came and is no whole reply, or is no TLS */
	unsigned pieces;		/* in so many reads; 0: not known */
	bool before_greeting;		/* nothing came on the connection, ever */
	bool asked_to_close;		/* after QUIT: a close is no failure */
	bool fate_unknown;		/* the end of data was sent and not answered validly */
	struct dns_facts dns;		/* of the host's address, where that is how it ended */
	bool null_mx;			/* the domain accepts no mail: nothing was tried */

	/* A reply to explain. */
	const struct reply *reply;	/* NULL: none */
	enum verb verb;			/* that it answers; VERB_OTHER: not known, the greeting */
	struct span sent;		/* the line that it answers, without its secrets */
	enum standing standing;		/* whether its code belongs there */
	bool unsolicited;		/* nothing was outstanding */

	/* What the session knows. */
	const struct reply *greeting;
	struct dialogue dialogue;	/* as it was when the reply came: what was granted */
	/* EHLO, HELO and LHLO granted since the connection or TLS began */
	unsigned hellos;
	const struct extensions *offered;	/* by the last EHLO; NULL: none, or forgotten */
	const struct extensions *clear;	/* by EHLO before TLS */
	bool recorded_starttls;		/* it was offered when the extensions were recorded */
	struct span elsewhere;		/* another address of the host, which offers STARTTLS */
	struct span mechanism;		/* of the AUTH in hand; empty: not known */
	bool binding;			/* it bound the channel (-PLUS) */
	bool early_talker;		/* something was sent before the greeting */
	bool tls_probed;		/* a second look: the silent port answered a ClientHello */
	unsigned outstanding;		/* replies, besides this one */
	/* of this program to that address at the time; 0: not known */
	unsigned connections;
	struct span helo;		/* the name sent in EHLO */
	/* envelope addresses, without brackets; .at NULL: not known */
	struct span from, to;

	/* Time, where it took long; 0: it did not. */
	uint64_t greeting_ms;
	/* lines came at once, and the last one later (postscreen) */
	bool greeting_held;
	/* "MAIL after 6.0 s, RCPT after 6.1 s": what else was slow */
	struct span slow;
	unsigned nslow;			/* how many */
	bool drawn;			/* one of them came octet by octet */

	/* TLS. */
	bool implicit_tls;		/* from the start */
	bool starttls_wanted;		/* TLS was to begin, by STARTTLS */
	enum fact_handshake handshake;
	unsigned alert;			/* SHAKE_ALERT */
	struct span version;		/* SHAKE_OLD_VERSION: the peer's */
	struct span handshake_text;	/* what the TLS library said of it */
	bool injected;			/* .octets came behind the 220, before TLS began */
	const struct tls_info *tls;	/* NULL: no handshake succeeded */
	/* The certificate matters: asked for, or the port is one for submission. Where it does not
	 * (port 25), what is wrong with it is a note unless a policy wants it. */
	bool verify;
	double days_left;		/* of tls: until the first end in the chain */
	double days_warning;		/* below that it is soon; 0: not judged */

	/* Policies. */
	const struct tls_dane *dane;	/* NULL: not asked */
	bool dane_required;
	const struct sts *sts;		/* NULL: not asked */
	enum sts_verdict sts_verdict;
};

/* One MX. */
struct mx_facts {
	struct span host;
	unsigned preference;
	struct dns_facts dns;		/* of its addresses */
	bool alias;			/* it is a CNAME (RFC 2181 10.3, RFC 5321 5.1) */
	/* An address that no one else can reach (private, loopback, this host's); empty: none. */
	struct span private_address, loopback_address;
	struct span address;		/* one of its addresses: MX that share one are one host */
};

/* What became of one address. */
enum fact_path {
	PATH_UNKNOWN,			/* it was not tried */
	PATH_UP,			/* it greeted, and took EHLO */
	PATH_DEFERRED, PATH_REJECTED,	/* this client: by a 4xx or 5xx */
	PATH_REFUSED,			/* connection refused */
	PATH_SILENT,			/* connect timed out */
	PATH_DOWN,			/* failed in another way */
	PATH_SKIPPED,			/* this machine has no route for the family */
};

struct path_facts {
	struct span host, address;
	unsigned preference, family;	/* 4 or 6 */
	unsigned port;			/* 0: 25, where the mail of a domain goes */
	enum fact_path path;
};

struct domain_facts {
	struct span domain;
	struct dns_facts mx;		/* DNS_NO_DATA: there is no MX */
	struct dns_facts own;		/* of the domain's own address, where there is no MX */
	bool null_mx;
	const struct mx_facts *host;	/* by preference */
	size_t nhosts;
	const struct path_facts *path;
	size_t npaths;
	const struct sts *sts;		/* NULL: not asked */
	bool tlsrpt_asked, tlsrpt;	/* whether there is a record */
	struct span tlsrpt_wrong;	/* why it counts for nothing */
};

/*
 * What an error says of how it ended, as enumerations: the DNS's, a connect's, a handshake's. The
 * stage of what timed out is the caller's to know.
 */
void facts_of_err(
    struct facts *, enum err_kind, enum err_cause, int sys, unsigned alert);
/*
 * Whose name a failed lookup was for: the domain's own, or the first of its MX, none of which has
 * an address. `route`: what was found of it all the same; NULL: nothing.
 */
void facts_of_route(struct facts *, const struct target *, const struct route *);

#endif
