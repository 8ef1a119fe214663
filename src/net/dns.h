/*
 * Questions to the DNS on the loop (c-ares carries them; the octets are ours: net/dns_wire).
 * Nothing is initialised before the first question. At most DNS_WINDOW questions are out at a time,
 * others queue.
 *
 * A server that answers SERVFAIL, REFUSED or nonsense passes the question on to the next at once.
 * One that is silent for `timeout:` of resolv.conf does so too, and may still answer while the
 * others are asked: the first answer counts. The silent ones are asked again, twice as patiently,
 * up to `attempts:` times. Every question has one deadline; each server gets a share of what is
 * left of it. A server that was silent is asked last for as long as the struct dns lives.
 */
#ifndef NET_DNS_H
#define NET_DNS_H

#include "net/dns_wire.h"
#include "net/loop.h"
#include "net/sysnames.h"

enum { DNS_WINDOW = 128, DNS_TRIES_MAX = SYSNAMES_SERVERS };

struct dns_opts {
	struct addr server[SYSNAMES_SERVERS];	/* with ports; none: resolv.conf's */
	size_t nservers;
	bool trust_ad;		/* believe the AD bit of a server that is not on this machine */
	/* for a question that has no deadline, all servers together; 0: 10 s */
	uint64_t timeout_ms;
};

/* Why the AD bit of a server counts: the server is known to validate. The word for it in JSON. */
#define DNS_TRUSTS(X)							\
	X(NONE, "none")			/* it is not known to */	\
	/* it is on this machine; not 127.0.0.11, which forwards for a container */ \
	X(LOOPBACK, "loopback") \
	X(RESOLV_CONF, "resolv.conf")	/* "options trust-ad" */	\
	X(OPTION, "--trust-ad")

enum dns_trust {
#define X(name, word) DNS_TRUST_##name,
	DNS_TRUSTS(X)
#undef X
};
const char *dns_trust_word(enum dns_trust);

/* What a server made of a question. */
struct dns_try {
	struct addr server;
	int rcode;		/* -1: no answer, and `why` says what happened */
	bool broken;		/* rcode is -1: an answer came that cannot be used */
	/* rcode is -1: no answer came in time; what else came was dropped, and `why` names it */
	bool silent;
	int ede;		/* RFC 8914; -1: none */
	char why[120];		/* "did not answer", "gave an answer that is malformed: …" */
};

struct dns_reply {
	const struct dns_answer *answer;	/* the last one; NULL: none came */
	bool ok;			/* NOERROR or NXDOMAIN: `answer` is one */
	enum dns_trust trust;		/* of the server whose answer it is */
	bool authentic;			/* validated by it, and it may be believed */
	struct dns_try try[DNS_TRIES_MAX];	/* in the order asked; the last one is `answer`'s */
	size_t ntries;
	uint64_t took_us;
};

struct dns;
struct dns_query;
/*
 * Told once, never from within dns_ask. The reply lives until it returns. It must not call
 * dns_free.
 */
typedef void dns_fn(void *ctx, const struct dns_reply *);

struct dns *dns_new(struct loop *, const struct dns_opts *);
/* NULL is fine. What is asked still is not told any more */
void dns_free(struct dns *);

/*
 * Asked absolute, as it is. NULL: `name` is no name of the DNS. `until_us`: of loop_now_us; 0:
 * opts.timeout_ms from now.
 */
struct dns_query *dns_ask(
    struct dns *, struct span name, enum dns_type, uint64_t until_us, dns_fn *, void *ctx);
/*
 * The same with CD set (RFC 4035 3.2.2): what there is though it does not validate. A second look
 * at a SERVFAIL, and never believed.
 */
struct dns_query *dns_ask_unchecked(
    struct dns *, struct span name, enum dns_type, uint64_t until_us, dns_fn *, void *ctx);
/* it is not told; NULL is fine; not after it was told */
void dns_cancel(struct dns_query *);

/* resolv.conf, read once; NULL when servers were given: hosts and search lists are off then. */
const struct resolv_conf *dns_system(struct dns *);

/* What of several failures to name: what a server said goes before that another was silent. */
enum err_cause dns_cause(const struct dns_reply *);
/* "127.0.0.1:53 said SERVFAIL (DNSSEC bogus), 127.0.0.2:53 did not answer". In the arena. */
struct span dns_tries_text(const struct dns_reply *, struct arena *);

/* The c-ares that runs, "1.18.1". */
const char *dns_library_version(void);

#endif
