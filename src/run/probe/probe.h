/*
 * One probe of one address: connect, banner, EHLO, STARTTLS, EHLO, and as deep as asked, then QUIT,
 * as steps of a session. What happened is plain data in struct probe_result; run/judge has the
 * opinions.
 */
#ifndef RUN_PROBE_PROBE_H
#define RUN_PROBE_PROBE_H

#include "run/session/session.h"

/* phase, its name in every output. RESOLVE is timed by who found the addresses. */
#define PROBE_PHASES(X)								\
	X(RESOLVE,	"resolve")						\
	X(CONNECT,	"connect")						\
	X(BANNER,	"banner")						\
	X(EHLO,		"ehlo")							\
	X(STARTTLS,	"starttls")						\
	X(TLS,		"tls")							\
	X(EHLO_TLS,	"ehlo_tls")						\
	X(AUTH,		"auth")							\
	X(MAIL,		"mail")							\
	X(RCPT,		"rcpt")							\
	X(DATA,		"data")							\
	X(BODY,		"body")							\
	X(RSET,		"rset")							\
	X(QUIT,		"quit")

struct lookup_address;
struct sts;
struct play_value;
struct script;

enum probe_phase {
#define X(name, word) PHASE_##name,
	PROBE_PHASES(X)
#undef X
	PHASE_COUNT
};
const char *phase_word(enum probe_phase);

/* Why a phase failed: a closed list, the same word in every output. */
#define PROBE_REASONS(X)							\
	X(NONE,				"none")					\
	X(RESOLVE_NXDOMAIN,		"resolve_nxdomain")			\
	X(RESOLVE_SERVFAIL,		"resolve_servfail")			\
	X(RESOLVE_TIMEOUT,		"resolve_timeout")			\
	X(RESOLVE_REFUSED,		"resolve_refused")			\
	X(NO_ADDRESS,			"no_address")				\
	X(NULL_MX,			"null_mx")				\
	X(CONNECT_REFUSED,		"connect_refused")			\
	X(CONNECT_TIMEOUT,		"connect_timeout")			\
	X(CONNECT_UNREACHABLE,		"connect_unreachable")			\
	X(NOT_ALLOWED,			"not_allowed")				\
	X(TIMEOUT,			"timeout")				\
	X(EOF,				"eof")					\
	X(RESET,			"reset")				\
	X(REPLY,			"reply")				\
	X(RATE_LIMITED,			"rate_limited")				\
	X(MALFORMED,			"malformed")				\
	X(UNEXPECTED,			"unexpected")				\
	X(TLS_NOT_OFFERED,		"tls_not_offered")			\
	X(TLS_HANDSHAKE,		"tls_handshake")			\
	X(TLS_VERIFY,			"tls_verify")				\
	X(TLS_NAME,			"tls_name")				\
	X(TLS_DANE,			"tls_dane")				\
	X(INJECTION,			"injection")				\
	X(STS,				"sts")					\
	X(AUTH,				"auth")					\
	X(ASSERTION,			"assertion")				\
	X(THRESHOLD,			"threshold")				\
	X(INTERNAL,			"internal")

enum probe_reason {
#define X(name, word) REASON_##name,
	PROBE_REASONS(X)
#undef X
	REASON_COUNT
};
const char *reason_word(enum probe_reason);

/* What a probe waits, in place of timeouts_default. */
extern const struct timeouts timeouts_probe;

/* How deep; each includes those before it. EHLO is twice EHLO where TLS is on. */
enum probe_depth {
	DEPTH_UNSAID,
	DEPTH_CONNECT,
	DEPTH_BANNER,
	DEPTH_EHLO,
	DEPTH_STARTTLS,
	DEPTH_AUTH,
	DEPTH_MAIL,
	DEPTH_RCPT,
	DEPTH_DATA,
};

struct probe_opts {
	/*
	 * of one address, its look-up included: the only limit that there is unless said; 0: no end
	 */
	uint64_t total_ms;
	enum probe_depth until;		/* UNSAID: as deep as from, to, body and mechanism need */
	const char *from, *to;		/* reverse-path and recipient, without brackets */
	/* message text to send after RCPT; empty: stop there, with RSET */
	struct span body;
	/* lines said after RCPT, each answered; ends in NULL; NULL: none */
	const char *const *say;
	bool helo;			/* HELO in place of EHLO */
	const struct step *auth;	/* an AUTH step; NULL: none */
	const char *proxy;		/* a line sent before the banner is awaited; NULL: none */
	const struct script *script;	/* played in place of all this; NULL: none */
	const struct play_value *value;	/* of its variables and secrets */
	size_t nvalues;
};

enum { PROBE_DRAWN_US = 1000000 };

struct probe_result {
	struct arena arena;		/* of all below */
	const struct target *target;
	size_t number;			/* of the target, from 1 */
	unsigned attempt;		/* from 1 */
	const char *way;		/* session_opts.way */
	struct span domain;		/* the target's, where it is one; empty: it is a host */
	/* the host is an MX of the domain; it has none, and this is its own name */
	bool mx, implicit;
	struct span host;
	const struct route *routed;	/* what a lookup that failed found all the same */
	unsigned preference;		/* of an MX */
	/* how the route was found, where that is worth a word (run/route.h) */
	const struct span *note;
	size_t nnotes;
	struct addr addr, local;
	const char *hello;		/* "EHLO", "HELO" or "LHLO"; NULL: it was not come to */
	struct span helo;		/* the name sent in it; empty: not known */
	/* the last command line of the phase `said_in`, without its secrets */
	struct span line;
	enum probe_phase said_in;
	/* of this program to that address at the time, this one too; 0: not known */
	unsigned connections;
	enum target_tls tls_mode;	/* what was asked for, never UNSAID */

	uint64_t us[PHASE_COUNT], total_us;
	/* bits of phases that began; that ended without a failure */
	unsigned ran, done;
	/* and of those with a reply that took PROBE_DRAWN_US from its first octet to its last */
	unsigned drawn;
	const struct reply *reply[PHASE_COUNT];	/* the last of each phase; NULL: none */
	const struct reply **said;	/* replies to opts.say, in order */
	size_t nsaid;
	/* of EHLO in the clear; of the last EHLO. NULL: none */
	const struct extensions *clear, *extensions;
	/* NULL: no handshake succeeded; lives as long as the probe */
	const struct tls_info *tls;

	/* what the TLSA records say, of the handshake or of there being none; NULL: not known */
	const struct tls_dane *dane;
	bool dane_required;
	/* names of the address (run/route/lookup.h); NULL: not asked */
	const struct lookup_address *reverse;
	/* the MTA-STS policy of the domain (run/route/sts.h); NULL: not asked */
	const struct sts *sts;
	/* what is wrong with the domain's TLSRPT record; empty: nothing, or not asked */
	struct span tlsrpt;
	enum probe_phase phase;		/* where it ended, when it failed */
	enum err_kind err;		/* ERR_NONE: it went through */
	enum err_cause cause;		/* which of that kind */
	int sys;			/* errno of a connect */
	unsigned alert;			/* the peer's TLS alert; 0: none */
	bool eof, reset, half;		/* the peer closed; with a reset; within a reply */
	bool truncated;			/* within TLS, without close_notify */
	/* a script's line said nothing of its reply, which is a refusal */
	bool refused;
	/* a reply did not belong to what it answered: ->text says which */
	bool out_of_step;
	bool late_quit;			/* QUIT was not answered in time */
	/* another address of the host, which offers STARTTLS; NULL: none, or not looked for */
	const struct addr *elsewhere;
	bool fate_unknown;		/* of the message that was sent (RFC 1047) */
	bool late;			/* it ended because total_ms were over */
	enum wait wait;			/* what it waited for then */
	struct span rest;		/* what had come of a reply when the time for it was over */
	unsigned pieces;		/* in so many of them */
	struct span text;		/* the failure in words; a peer's octets may be in it */
	/* of a script's line that failed, "x.smtp:7"; empty: it is no script's */
	struct span place;
	/* the script's cases that were skipped, and why; empty: none */
	struct span left_out;
};

struct probe;
typedef void probe_fn(void *ctx, struct probe *);	/* it is over: free it between wake-ups */

/*
 * Probes `hop` (all its addresses at once, as RFC 8305 does, when it has more than one) over
 * `mode`. `result` is the caller's, with what names the target filled in; opts, hop and target
 * outlive the probe. `watch` may be NULL.
 */
struct probe_job {
	struct session_env *env;
	const struct session_opts *session;
	const struct probe_opts *opts;
	const struct target *target;
	const struct route_hop *hop;
	struct probe_result *result;
	probe_fn *done;
	event_fn *watch;		/* also told every event */
	void *ctx;
};
struct probe *probe_new(const struct probe_job *);
void probe_free(struct probe *);	/* what the result holds of TLS dies with it */

/* Where the target or the port does not say: implicit on 465, starttls on 587, else try. */
enum target_tls probe_tls_mode(const struct session_opts *, const struct target *);

#endif
