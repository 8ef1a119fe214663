/*
 * The addresses of one host: a literal, what --resolve gives, and for a name given by the user
 * localhost, hosts(5) and the search list of resolv.conf(5), as the system does; then the DNS.
 * Internationalised names are looked up as A-labels.
 */
#ifndef RUN_ROUTE_HOST_H
#define RUN_ROUTE_HOST_H

#include "net/dns.h"

struct resolve_rule {
	struct span host;
	struct addr addr;
};

struct route_opts {
	unsigned family;			/* 4 or 6; 0: both */
	const struct resolve_rule *rule;	/* of --resolve, before everything else */
	size_t nrules;
};

/* The environment of every lookup, which it passes on to the lookups that it begins. */
struct lookup_env {
	struct loop *loop;
	struct dns *dns;
	const struct route_opts *opts;
	struct arena *arena;		/* for all results */
	/* deadline on the clock of loop_now_us; 0: each query has the struct dns's timeout */
	uint64_t until_us;
};
uint64_t lookup_until(uint64_t ms);	/* the deadline `ms` from now; 0 for 0 */
/*
 * The deadline of a lookup's queries, slightly before the lookup's own, so that what the name
 * servers did is told before that passes; 0 for 0.
 */
uint64_t lookup_questions_until(uint64_t until_us);

enum host_source { HOST_LITERAL, HOST_GIVEN, HOST_FILE, HOST_DNS };
enum { HOST_NOTES_MAX = 4 };

struct host {
	/* the name that was found, as A-labels, with the suffix from the search list */
	struct span name;
	enum host_source source;
	struct addr *addr;		/* in the order to try them, with the port */
	size_t naddr;
	uint32_t ttl;			/* HOST_DNS: the lowest, in seconds */
	bool authentic;			/* DNSSEC-validated, aliases included */
	enum dns_trust trust;		/* trust in the resolver that says so */
	struct addr resolver;		/* the server that answered; .len 0: none was asked */
	struct span alias;		/* where its CNAMEs end; empty: it has none */
	struct span why;		/* naddr is 0: "the name does not exist (NXDOMAIN)" */
	enum err_cause cause;		/* naddr is 0 */
	struct dns_doubt doubt;		/* cause is CAUSE_SERVFAIL */
	struct span note[HOST_NOTES_MAX];	/* remarks on an otherwise good result */
	size_t nnotes;
};

/* Called once, perhaps within host_find. The result lives in the arena. */
typedef void host_fn(void *ctx, const struct host *);

struct host_query;
/*
 * Looks up a host. NULL: host_fn was already called. `system`: the user gave the name; else it is
 * absolute, like the name of an MX. The search list is used only for a name that does not exist
 * (NXDOMAIN), and what it found is noted.
 */
struct host_query *host_find(
    const struct lookup_env *, struct span name, unsigned port, bool system, host_fn *, void *ctx);
/* also cancels; after it was told too; NULL is fine */
void host_free(struct host_query *);

/*
 * Converts `name` to A-labels without a final dot, in the arena. False with err: not a name
 * (ERR_DNS), or libidn2 is missing (ERR_SYSTEM).
 */
bool host_ascii(struct span name, struct arena *, struct span *out, struct err *);
/*
 * Whether it consists of labels of letters, digits, "-" and "_" (RFC 952, RFC 1123 2.1; "_"
 * occurs) separated by dots, and so fits in a URL.
 */
bool host_is_name(struct span ascii);

#endif
