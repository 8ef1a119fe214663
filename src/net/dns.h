/*
 * DNS queries on the loop (c-ares carries them; net/dns_wire makes and parses the messages).
 * Nothing is initialised before the first query. At most DNS_WINDOW queries are outstanding;
 * others queue.
 *
 * A server that answers SERVFAIL, REFUSED or nonsense passes the query on to the next at once.
 * One that is silent for resolv.conf's `timeout:` does so too, and may still answer while others
 * are asked: the first answer counts. Silent servers are asked again, with twice the patience, up
 * to `attempts:` times. Every query has one deadline; each server gets a share of what is left of
 * it. A server that was silent is asked last for as long as the struct dns lives.
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
	bool trust_ad;		/* trust the AD bit of a server that is not on this machine */
	/* for a query without a deadline, all servers together; 0: 10 s */
	uint64_t timeout_ms;
};

/*
 * Why the AD bit of a server is trusted: the server is known to validate. The word for it in
 * JSON.
 */
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

/* How one server answered a query. */
struct dns_try {
	struct addr server;
	int rcode;		/* -1: no usable answer, and `why` says what happened */
	bool broken;		/* rcode is -1: an unusable answer came */
	bool lacking;		/* rcode is -1: c-ares is missing, and it was not queried */
	/* rcode is -1: no answer came in time; `why` names any other datagram that was dropped */
	bool silent;
	int ede;		/* RFC 8914; -1: none */
	char why[200];		/* "did not answer", "gave an answer that is malformed: …" */
};

/*
 * What a SERVFAIL leaves open. A query that ends in one is asked for again with CD set, once: data
 * that come then fail validation, and nothing else.
 */
struct dns_doubt {
	int ede;			/* RFC 8914, of the last SERVFAIL; 0 or less: none */
	bool without_validation;	/* asked again, the answer was there */
};

struct dns_reply {
	const struct dns_answer *answer;	/* the last one received; NULL: none */
	bool ok;			/* NOERROR or NXDOMAIN: `answer` is one */
	enum dns_trust trust;		/* of the server whose answer it is */
	bool authentic;			/* that server validated it and is trusted to */
	/* in the order asked; the last one gave `answer` */
	struct dns_try try[DNS_TRIES_MAX];
	size_t ntries;
	struct dns_doubt doubt;		/* when it is not ok */
	uint64_t took_us;
};

struct dns;
struct dns_query;
/*
 * Called once, never within dns_ask. The reply lives until it returns. It must not call dns_free.
 */
typedef void dns_fn(void *ctx, const struct dns_reply *);

struct dns *dns_new(struct loop *, const struct dns_opts *);
/* NULL is fine. Outstanding queries are dropped without a call. */
void dns_free(struct dns *);

/*
 * Asks for `name` as it is (absolute, no search list). NULL: `name` is not a DNS name.
 * `until_us`: the deadline, on the clock of loop_now_us; 0: opts.timeout_ms from now.
 */
struct dns_query *dns_ask(
    struct dns *, struct span name, enum dns_type, uint64_t until_us, dns_fn *, void *ctx);
/* Drops a query without a call; NULL is fine. Not after dns_fn was called. */
void dns_cancel(struct dns_query *);

/*
 * resolv.conf, read once; NULL when servers were given: then /etc/hosts and search lists are not
 * used.
 */
const struct resolv_conf *dns_system(struct dns *);

/* Which of several failures to name: a server's answer comes before another's silence. */
enum err_cause dns_cause(const struct dns_reply *);
/*
 * Sentence fragments on each failed try, as "127.0.0.1:53 said SERVFAIL (DNSSEC bogus),
 * 127.0.0.2:53 did not answer". In the arena.
 */
struct span dns_tries_text(const struct dns_reply *, struct arena *);


#endif
