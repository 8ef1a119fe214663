/*
 * One probe of one address: connect, greeting, EHLO, STARTTLS, EHLO, then as much of a transaction
 * as was asked for, then QUIT, as steps of a session. What happened is recorded as plain data in
 * struct probe_result, which run/probe/judge.h judges.
 */
#ifndef RUN_PROBE_PROBE_H
#define RUN_PROBE_PROBE_H

#include "run/session/session.h"

/* phase, its word in every output. RESOLVE is timed by the caller, who looked up the addresses. */
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

/* Why a phase failed: a closed list; the word is the same in every output. */
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

/* The timeouts of a probe, used instead of timeouts_default. */
extern const struct timeouts timeouts_probe;

/*
 * How far to go; each depth includes those above it. With TLS, DEPTH_EHLO includes the second EHLO.
 */
enum probe_depth {
	DEPTH_UNSET,
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
	 * time limit for one address, lookup included; unless timeouts are given, the only limit;
	 * 0: unlimited
	 */
	uint64_t total_ms;
	enum probe_depth until;		/* UNSET: as far as from, to, lines, body and auth need */
	const char *from, *to;		/* envelope sender and recipient, without brackets */
	/* message text to send after RCPT; empty: no DATA, but RSET */
	struct span body;
	/*
	 * lines sent after RCPT, each after the reply to the line before; ends with NULL; NULL:
	 * none
	 */
	const char *const *lines;
	bool helo;			/* HELO in place of EHLO */
	const struct step *auth;	/* an AUTH step; NULL: none */
	/* PROXY protocol header, sent before the greeting; NULL: none */
	const char *proxy;
	const struct script *script;	/* played instead of the dialogue above; NULL: none */
	const struct play_value *value;	/* values of its variables and secrets */
	size_t nvalues;
};

enum { PROBE_DRAWN_US = 1000000 };

struct probe_result {
	struct arena arena;		/* owns all that the result points to */
	const struct target *target;
	size_t number;			/* the target's number, from 1 */
	unsigned attempt;		/* from 1 */
	const char *way;		/* session_opts.way */
	struct span domain;		/* the target's domain; empty: the target is a host */
	/* the host is an MX of the domain; the domain has no MX and this is its own name */
	bool mx, implicit;
	struct span host;
	const struct route *routed;	/* what a failed lookup found nevertheless; NULL: nothing */
	struct dns_doubt doubt;		/* about a lookup that failed */
	unsigned preference;		/* of an MX */
	/* notes on how the route was found (run/route/route.h) */
	const struct span *note;
	size_t nnotes;
	struct addr addr, local;
	const char *hello;		/* "EHLO", "HELO" or "LHLO"; NULL: none was sent */
	struct span helo;		/* the name sent in it; empty: unknown */
	/* last command line sent in phase `line_phase`, secrets removed */
	struct span line;
	enum probe_phase line_phase;
	/* this program's connections to that address at the time, including this one; 0: unknown */
	unsigned connections;
	enum target_tls tls_mode;	/* as requested; never UNSET */

	uint64_t us[PHASE_COUNT], total_us;
	/* phases that began, and phases that ended without a failure, as bits (1 << phase) */
	unsigned ran, done;
	/*
	 * phases whose reply took PROBE_DRAWN_US or more from its first to its last octet, as bits
	 */
	unsigned drawn;
	const struct reply *reply[PHASE_COUNT];	/* last of each phase; NULL: none */
	const struct reply **line_reply;	/* replies to opts.lines, in order */
	size_t nline_replies;
	/* extensions of the EHLO without TLS, and of the last EHLO; NULL: none */
	const struct extensions *clear, *extensions;
	/* NULL: no handshake succeeded; valid as long as the probe */
	const struct tls_info *tls;

	/* TLSA records, compared with the certificate after a handshake; NULL: unknown */
	const struct tls_dane *dane;
	bool dane_required;
	bool dane_aside;		/* see DANE_ASIDE */
	/* reverse DNS of the address (run/route/lookup.h); NULL: not looked up */
	const struct lookup_address *reverse;
	/* the MTA-STS policy of the domain (run/route/sts.h); NULL: not looked up */
	const struct sts *sts;
	/* what is wrong with the domain's TLSRPT record; empty: nothing, or not looked up */
	struct span tlsrpt;
	enum probe_phase phase;		/* where it failed */
	enum err_kind err;		/* ERR_NONE: the probe succeeded */
	enum err_cause cause;		/* more exactly */
	int sys;			/* errno of the connection attempt */
	unsigned alert;			/* the peer's TLS alert; 0: none */
	/* the peer closed the connection; by a reset; in the middle of a reply */
	bool eof, reset, half;
	bool truncated;			/* closed within TLS without close_notify */
	/* a line of a script without an expectation was rejected */
	bool refused;
	/* a reply was out of step with the commands; see ->text */
	bool out_of_step;
	unsigned unsolicited;		/* phases whose ->reply is an unsolicited 421, as bits */
	bool late_quit;			/* QUIT was not answered in time */
	/* another address of the host that offers STARTTLS; NULL: none, or not looked for */
	const struct addr *elsewhere;
	bool fate_unknown;		/* unknown whether the message was accepted (RFC 1047) */
	bool late;			/* total_ms expired */
	enum wait wait;			/* what the probe was waiting for then */
	/* the part of a reply received before its time expired */
	struct span rest;
	unsigned pieces;		/* the number of reads in which it came */
	struct span text;		/* the failure in words; may contain octets of the peer */
	/* the line of the script that failed, "x.smtp:7"; empty: no script */
	struct span place;
	/* the cases of the script that were skipped, and why; empty: none */
	struct span left_out;
};

struct probe;
/* Called once, when the probe is over. It must be freed between wake-ups, not in the call. */
typedef void probe_fn(void *ctx, struct probe *);

/*
 * What to probe: `hop`. If that has several addresses, they are tried in parallel as in RFC 8305.
 * `result` is the caller's, with the fields that name the target filled in; all that is pointed to
 * must outlive the probe.
 */
struct probe_job {
	struct session_env *env;
	const struct session_opts *session;
	const struct probe_opts *opts;
	const struct target *target;
	const struct route_hop *hop;
	struct probe_result *result;
	probe_fn *done;
	event_fn *watch;		/* called with every event; NULL: none */
	void *ctx;
};
struct probe *probe_new(const struct probe_job *);
void probe_free(struct probe *);	/* result->tls becomes invalid */

/* Returns what the probe waits for, "the reply to EHLO"; NULL: nothing, or it plays a script. */
const char *probe_waits_for(const struct probe *);

/*
 * Returns the phase before the failed one that used most of the time limit, if that limit expired;
 * PHASE_COUNT: none did.
 */
enum probe_phase probe_most_time(const struct probe_result *);

/*
 * Returns the TLS mode: the session's, else the target's, else implicit on port 465, STARTTLS on
 * 587 and opportunistic on others. --dane=require turns opportunistic into STARTTLS.
 */
enum target_tls probe_tls_mode(const struct session_opts *, const struct target *);
enum probe_depth probe_depth(const struct probe_opts *);	/* how far it goes; never UNSET */

#endif
