/*
 * Finds out why mail does not arrive. A target is examined as a whole: where its mail goes (MX,
 * addresses, reverse DNS, TLSA, MTA-STS, TLSRPT), a session with each of its addresses with
 * STARTTLS, MAIL and one RCPT, and a second session if the first left a doubt. No message is ever
 * sent. The results are plain data; run/check/verdict.h says what they mean.
 *
 * To be polite, there is one connection at a time to each host and CHECK_AT_ONCE in all; nothing is
 * sent before the greeting on port 25; there are at most CHECK_LOOKS_MAX - 1 further connections to
 * an address, each counted and reported.
 */
#ifndef RUN_CHECK_CHECK_H
#define RUN_CHECK_CHECK_H

#include "run/diagnosis/diagnose.h"
#include "run/probe/judge.h"
#include "run/route/lookup.h"
#include "run/route/sts.h"

enum { CHECK_LOOKS_MAX = 3, CHECK_AT_ONCE = 5, CHECK_NAME_MAX = 256 };

/* Why an address was connected to: its word in JSON, its phrase in a report. */
#define CHECK_WHYS(X)                                                                       \
	X(FIRST, "first", "as a sender would")                                              \
	X(HELO, "helo", "with HELO, after EHLO was rejected")                               \
	X(OLD_TLS, "older_tls", "with TLS 1.0 and older ciphers, after a failed handshake") \
	X(WITHOUT_TLS, "without_tls", "without TLS, after a failed handshake")              \
	X(IMPLICIT, "implicit_tls", "with implicit TLS, after no greeting was received")    \
	X(EXPLICIT, "explicit_tls", "without implicit TLS, which the port does not use")    \
	X(NAMED, "sni", "with the name from its greeting as SNI")                           \
	X(RELAY, "relay", "as a relay test, on request")

enum check_why {
#define X(name, word, phrase) CHECK_##name,
	CHECK_WHYS(X)
#undef X
};
const char *check_why_word(enum check_why);
const char *check_why_phrase(enum check_why);

/* The timeouts of a check, unless others are given. */
extern const struct timeouts timeouts_check;

/*
 * The connections that are open now, over all checks that share this struct: one per host and
 * CHECK_AT_ONCE in all. {0} is the initial state; it must outlive those checks.
 */
struct check_manners {
	struct contact *now[CHECK_AT_ONCE];
	struct checking *members;
};

struct check_opts {
	const struct session_opts *session;
	/* how the result of each session is judged */
	const struct judge_opts *judge;
	/* the envelope sender; "": the null sender */
	const char *from;
	/*
	 * the recipient to try; NULL: the address being checked, or postmaster, which every domain
	 * must have (RFC 5321 4.5.1)
	 */
	const char *rcpt;
	bool no_rcpt; /* no RCPT is sent */
	/* a host to check as if it were the domain's only MX; NULL: the domain's MX hosts */
	const struct target *mx;
	/* test each address for open relaying, in a session of its own */
	bool relay;
	/* look up only, connect to nothing */
	bool dry_run;
	struct check_manners *manners; /* NULL: this is the only check */
	/* time limit for the whole check; 0: 60 s */
	uint64_t deadline_ms;
	const struct addr_net *allow; /* connect to no address outside these networks */
	size_t nallow;		      /* 0: any address */
};

/* One connection and its result. */
struct check_look {
	enum check_why why;
	unsigned number; /* the connection's number, from 1 */
	struct probe_result result;
	/* what was wrong, the root cause first; NULL: nothing */
	const struct diagnosis *diagnoses;
	/* the name sent in EHLO; empty: none was sent */
	char hello[CHECK_NAME_MAX];
	bool begun, over;
	bool here; /* it failed on this side: the proxy, or the address to bind */
};

struct check_host;

struct check_address {
	struct check_host *host;
	const struct lookup_address *found; /* the address with its reverse DNS */
	struct addr addr;
	size_t number; /* index over all hosts, from 0 */
	struct check_look look[CHECK_LOOKS_MAX];
	size_t nlooks;
	/* not connected to: time had expired, or --allow-target excludes it */
	bool skipped, barred;
	bool cut; /* a connection was open when time expired */
};

struct check_host {
	const struct lookup_host *found;
	struct span name;
	unsigned preference, port;
	/* the host is an MX of the domain; it is the domain itself, which has no MX */
	bool mx, implicit;
	/* a submission service (ports 465 and 587): no MAIL is sent */
	bool submission;
	struct check_address *address;
	size_t naddresses;
};

struct check {
	const struct target *target;
	const struct check_opts *opts;
	struct span domain; /* whose mail it is; empty: a host was given */
	const char *rcpt;   /* NULL: no RCPT is sent */
	const struct lookup *lookup;
	const struct sts *sts; /* NULL: not looked up */
	struct check_host *host;
	size_t nhosts, naddresses;
	/* The vantage point, from the first connection made. */
	struct addr local;			  /* .len 0: no connection was made */
	const struct lookup_address *local_names; /* NULL: not looked up */
	const char *hello;			  /* NULL: EHLO was not sent */
	size_t nconnections;
	uint64_t took_us;
	bool late;	    /* time expired before all was done */
	struct arena arena; /* owns everything except the results of looks */
};

struct check_fns {
	/* something began or ended, so that progress may be redrawn; NULL: not called */
	void (*progress)(void *ctx, const struct check *);
	/* an event of a connection; NULL: not called */
	void (*watch)(void *ctx, const struct check_address *, const struct check_look *,
	    const struct event *);
	/* the check is done; called once, never within check_start */
	void (*done)(void *ctx, const struct check *);
	void *ctx;
};

struct checking;
/*
 * Starts a check. The target, the options and all that they point to must outlive it; the struct
 * check lives until check_free.
 */
struct checking *check_start(struct session_env *, const struct target *, const struct check_opts *,
    const struct check_fns *);
/* Ends a check now: `done` is called with what is known. */
void check_stop(struct checking *);
void check_free(struct checking *); /* NULL is fine; not within check_fns */
const struct check *check_now(const struct checking *);

/* Returns the look at an address that shows how a sender fares there; NULL: none. */
const struct check_look *check_last(const struct check_address *);
bool check_is_submission(unsigned port);

#endif
