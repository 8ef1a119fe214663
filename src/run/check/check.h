/*
 * Why does the mail not arrive? One target is looked at whole: where its mail goes (MX, addresses,
 * reverse DNS, TLSA, MTA-STS, TLSRPT), a session to each of its addresses with STARTTLS, MAIL and
 * one RCPT, and a second look where the first left a doubt. A message is never sent. What came of
 * it all is plain data; run/check/verdict.h says what it means.
 *
 * Manners: one connection at a time to each host, five in all; nothing is sent before the greeting
 * on port 25; at most CHECK_LOOKS_MAX - 1 second looks at an address, each counted and named.
 */
#ifndef RUN_CHECK_CHECK_H
#define RUN_CHECK_CHECK_H

#include "run/diagnosis/diagnose.h"
#include "run/probe/judge.h"
#include "run/route/lookup.h"
#include "run/route/sts.h"

enum { CHECK_LOOKS_MAX = 3, CHECK_AT_ONCE = 5, CHECK_NAME_MAX = 256 };

/* Why an address was connected to; the word for it in JSON, what a report says of it. */
#define CHECK_WHYS(X)                                                                       \
	X(FIRST, "first", "as a sender would")                                              \
	X(OLD_TLS, "older_tls", "with TLS 1.0 and older ciphers, after a failed handshake") \
	X(WITHOUT_TLS, "without_tls", "without TLS, after a failed handshake")              \
	X(IMPLICIT, "implicit_tls", "with implicit TLS, after no greeting came")            \
	X(EXPLICIT, "explicit_tls", "without implicit TLS, which the port did not speak")   \
	X(NAMED, "sni", "with the name from its greeting as SNI")                           \
	X(RELAY, "relay", "as a relay test, which was asked for")

enum check_why {
#define X(name, word, phrase) CHECK_##name,
	CHECK_WHYS(X)
#undef X
};
const char *check_why_word(enum check_why);
const char *check_why_phrase(enum check_why);

/* What a check waits where nothing else is said. */
extern const struct timeouts timeouts_check;

/*
 * Who is connected to now: one connection to a host and five in all, whatever the number of checks
 * that share these. Begins as zeros, and outlives them.
 */
struct check_manners {
	struct contact *now[CHECK_AT_ONCE];
	struct checking *members;
};

struct check_opts {
	const struct session_opts *session;
	/* how what a probe finds is judged */
	const struct judge_opts *judge;
	/* the reverse-path; "": the null sender */
	const char *from;
	/*
	 * the one recipient that is asked for; NULL: the address that is checked, or postmaster,
	 * whom every domain has (RFC 5321 4.5.1)
	 */
	const char *rcpt;
	bool no_rcpt; /* none is asked for */
	/* a host that is looked at as if it were the domain's only MX; NULL: its own MX are */
	const struct target *mx;
	/* asks each address to relay for a stranger, in a session of its own */
	bool relay;
	/* looks up, and connects to nothing */
	bool dry_run;
	struct check_manners *manners; /* NULL: it is the only check */
	/* of it all; 0: 60 s */
	uint64_t deadline_ms;
	const struct addr_net *allow; /* no address outside these is connected to */
	size_t nallow;		      /* 0: any is */
};

/* One connection, and what came of it. */
struct check_look {
	enum check_why why;
	unsigned number; /* of the connection, from 1 */
	struct probe_result result;
	struct finding judged;
	/* what was wrong, the cause first; NULL: nothing */
	const struct diagnosis *diagnoses;
	/* the name that was sent in EHLO; empty: it did not come to that */
	char hello[CHECK_NAME_MAX];
	bool begun, over;
	bool here; /* this side did not get out: the proxy, or the address to bind */
};

struct check_host;

/* A SERVFAIL, asked for again: once more, and without validation. */
struct check_doubt {
	int ede;			/* RFC 8914; 0 or less: none */
	bool without_validation;	/* then the answer was there */
};

struct check_address {
	struct check_host *host;
	const struct lookup_address *found; /* with its reverse DNS */
	struct addr addr;
	size_t number; /* from 0, over all hosts */
	struct check_look look[CHECK_LOOKS_MAX];
	size_t nlooks;
	/* not connected to: time was over, or --allow-target has it not */
	bool skipped, barred;
	bool cut; /* a connection was open when the time was over */
};

struct check_host {
	const struct lookup_host *found;
	struct span name;
	unsigned preference, port;
	/* it is an MX of the domain; of a domain without any, the domain's own name */
	bool mx, implicit;
	/* mail is handed in here by clients that log in (ports 465 and 587): no MAIL is sent */
	bool submission;
	struct check_address *address;
	size_t naddresses;
	struct check_doubt doubt;	/* of its addresses */
};

struct check {
	const struct target *target;
	const struct check_opts *opts;
	struct span domain; /* whose mail it is; empty: a host was asked about */
	const char *rcpt;   /* NULL: none is asked for */
	const struct lookup *lookup;
	const struct sts *sts; /* NULL: there is no record of one */
	struct check_doubt doubt;	/* of the MX, or of the domain's own address */
	struct check_host *host;
	size_t nhosts, naddresses;
	/* the vantage point: of the first connection that came about */
	struct addr local;			  /* .len 0: none did */
	const struct lookup_address *local_names; /* NULL: not asked for */
	const char *hello;			  /* NULL: EHLO was not sent */
	size_t nconnections;
	uint64_t took_us;
	bool late;	    /* its time was over before all was done */
	struct arena arena; /* of what is not a look's own */
};

struct check_fns {
	/* something was begun or ended: what is in hand may be shown anew; NULL: nobody looks */
	void (*progress)(void *ctx, const struct check *);
	/* every event of a connection; NULL: nobody reads it */
	void (*watch)(void *ctx, const struct check_address *, const struct check_look *,
	    const struct event *);
	/* all is known, told once, never from within check_start */
	void (*done)(void *ctx, const struct check *);
	void *ctx;
};

struct checking;
/*
 * Target, options and what they point to outlive it; the struct check lives until check_free.
 */
struct checking *check_start(struct session_env *, const struct target *, const struct check_opts *,
    const struct check_fns *);
/* Ends it where it stands: done is told with what is known. */
void check_stop(struct checking *);
void check_free(struct checking *); /* NULL is fine; not from within its functions */
const struct check *check_now(const struct checking *);

/* Of the looks at an address: the one that tells how a sender fares there. */
const struct check_look *check_last(const struct check_address *);
bool check_is_submission(unsigned port);

#endif
