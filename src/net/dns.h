/*
 * DNS queries on the loop. c-ares transports the messages; net/dns_wire builds and parses them.
 * Nothing is initialized before the first query. At most DNS_WINDOW queries are outstanding; the
 * rest wait in a queue.
 *
 * After SERVFAIL, REFUSED or an unusable answer the next server is queried at once; after
 * silence, when resolv.conf's `timeout:` has passed. A silent server may still answer while others
 * are being queried: the first usable answer counts. Silent servers are queried again, each time
 * with twice the timeout, up to `attempts:` times. A query has one deadline, and each server gets
 * a share of the time left. A server that was silent once is queried last for as long as the
 * struct dns lives.
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

/* Why a server's AD bit is trusted, that is, why the server is known to validate; word in JSON. */
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
	int rcode;		/* -1: no usable answer; `why` says what happened */
	bool broken;		/* with rcode -1: the answer was unusable */
	bool lacking;		/* with rcode -1: not queried, because c-ares is missing */
	/* with rcode -1: no answer came in time; `why` also tells of a datagram that was dropped */
	bool silent;
	int ede;		/* RFC 8914; -1: none */
	char why[200];		/* "did not answer", "gave an answer that is malformed: …" */
};

/*
 * Tells DNSSEC failures from other causes of SERVFAIL. A query that ends in SERVFAIL is repeated
 * once with CD set (checking disabled): if it then succeeds, only validation had failed.
 */
struct dns_doubt {
	int ede;			/* RFC 8914, of the last SERVFAIL; 0 or less: none */
	bool without_validation;	/* the query with CD set succeeded */
};

struct dns_reply {
	const struct dns_answer *answer;	/* the last one received; NULL: none */
	bool ok;			/* `answer` has NOERROR or NXDOMAIN */
	enum dns_trust trust;		/* in the server that gave `answer` */
	bool authentic;			/* AD is set, and that server is trusted */
	/* in the order queried, but the one that gave `answer` is last */
	struct dns_try try[DNS_TRIES_MAX];
	size_t ntries;
	struct dns_doubt doubt;		/* only when not ok */
	uint64_t took_us;
};

struct dns;
struct dns_query;
/*
 * Is called once, never from within dns_ask. The reply lives until it returns. It must not call
 * dns_free.
 */
typedef void dns_fn(void *ctx, const struct dns_reply *);

struct dns *dns_new(struct loop *, const struct dns_opts *);
/* NULL is fine. Outstanding queries are dropped, and their dns_fn is not called. */
void dns_free(struct dns *);

/*
 * Queries `name` as it is, without a search list. `until_us` is the deadline on the clock of
 * loop_now_us; 0: dns_opts.timeout_ms from now. Returns NULL when `name` is not a DNS name.
 */
struct dns_query *dns_ask(
    struct dns *, struct span name, enum dns_type, uint64_t until_us, dns_fn *, void *ctx);
/* Drops a query; dns_fn is not called. NULL is fine. Must not be used once dns_fn was called. */
void dns_cancel(struct dns_query *);

/*
 * Returns resolv.conf, which is read once. NULL when dns_opts names servers: /etc/hosts and search
 * lists are then not used.
 */
const struct resolv_conf *dns_system(struct dns *);

/* Returns the most telling cause of a failure: SERVFAIL, other answers, and silence last. */
enum err_cause dns_cause(const struct dns_reply *);
/*
 * Describes each try in the arena: "127.0.0.1:53 returned SERVFAIL (DNSSEC bogus), 127.0.0.2:53
 * did not answer".
 */
struct span dns_tries_text(const struct dns_reply *, struct arena *);


#endif
