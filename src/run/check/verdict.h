/*
 * What a check means: how each class of sender fares, which record decides, what to do first and
 * who can do it. A pure function. run/diagnosis says what is wrong at one address; here its
 * diagnoses are weighed against each other, in the order in which a sender tries the addresses (RFC
 * 5321 5.1, RFC 7672, RFC 8461).
 */
#ifndef RUN_CHECK_VERDICT_H
#define RUN_CHECK_VERDICT_H

#include "run/check/check.h"
#include "run/diagnosis/diagnose.h"

/* How a sender that ignores certificates fares at one address. fate, its word in JSON */
#define CHECK_FATES(X)                                                                        \
	X(UNKNOWN, "unknown")	/* not tried, or not to its end */                            \
	X(ACCEPTED, "accepted") /* the recipient, or where none was asked for, MAIL */        \
	X(DEFERRED, "deferred")                                                               \
	X(REJECTED, "rejected")	     /* the sender or the recipient, by a 5xx */              \
	X(CLIENT, "client_rejected") /* this client, which says nothing of others */          \
	X(CLOSED, "not_accepting")   /* a 5xx or a 421 before MAIL: senders try another MX */ \
	X(UNREACHED, "unreachable")                                                           \
	X(SILENT, "timed_out")	/* no connection within its time */                           \
	X(FAILED, "failed")	/* the protocol or TLS */                                     \
	X(NO_ROUTE, "no_route") /* this machine cannot reach that family */

enum check_fate {
#define X(name, word) CHECK_FATE_##name,
	CHECK_FATES(X)
#undef X
};
const char *check_fate_word(enum check_fate);

/* sender, its word in JSON, its name in a report */
#define CHECK_SENDERS(X)                            \
	X(ORDINARY, "ordinary", "ordinary senders") \
	X(STS, "mta_sts", "MTA-STS senders")        \
	X(DANE, "dane", "DANE senders")             \
	X(CLIENT, "submission", "mail clients")

enum check_sender {
#define X(name, word, title) CHECK_SENDER_##name,
	CHECK_SENDERS(X)
#undef X
};
#define X(name, word, title) +1
enum { CHECK_SENDER_COUNT = CHECK_SENDERS(X) };
#undef X
const char *check_sender_word(enum check_sender);
const char *check_sender_title(enum check_sender);

/* passage, its word in JSON */
#define CHECK_PASSAGES(X)                                                              \
	X(NONE, "not_applicable") /* as an ordinary sender: there is no such record */ \
	X(YES, "yes")                                                                  \
	X(DEFERRED, "deferred") /* it stays in the sender's queue for now */           \
	X(NO, "no")                                                                    \
	X(UNKNOWN, "unknown")

enum check_passage {
#define X(name, word) PASSAGE_##name,
	CHECK_PASSAGES(X)
#undef X
};
const char *check_passage_word(enum check_passage);

struct check_class {
	enum check_passage passage;
	/* the address that accepts the message; NULL: none */
	const struct check_address *by;
	struct span text; /* "yes, by mx2 over IPv4"; safe to show */
};

/* A diagnosis and what it is about: the domain, a host or an address. */
struct check_finding {
	struct check_finding *next;
	const struct diagnosis *what;
	const struct check_host *host;	     /* NULL: about the domain */
	const struct check_address *address; /* NULL: about the host or the domain */
	enum health state;		     /* its weight here */
};

enum { CHECK_STEPS_MAX = 5 };

/* What to do next. */
struct check_step {
	const struct check_finding *finding;
	bool here;	  /* on this side; otherwise on the domain's */
	struct span text; /* the imperative, safe to show */
};

struct check_verdict {
	enum health state;
	struct span title; /* one sentence, without its full stop */
	struct check_class class[CHECK_SENDER_COUNT];
	struct check_finding *findings; /* the worst first */
	struct check_step step[CHECK_STEPS_MAX];
	size_t nsteps;
	/* indexed by check_address.number */
	enum check_fate *fate;
};

/* Weighs a check. All that *out points to lives in the arena or in the check. */
void check_verdict(const struct check *, struct check_verdict *out, struct arena *);

#endif
