/*
 * Finds the addresses of one host. Sources, in order: an address literal, --resolve, then for a
 * name given by the user (as the system's resolver does) localhost, hosts(5) and the search list of
 * resolv.conf(5), and the DNS. Internationalized names are looked up as A-labels.
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

/* The environment of a lookup, passed on to the lookups that it starts. */
struct lookup_env {
	struct loop *loop;
	struct dns *dns;
	const struct route_opts *opts;
	struct arena *arena;		/* owns all results */
	/* deadline on the clock of loop_now_us; 0: each query has the timeout of the struct dns */
	uint64_t until_us;
};
uint64_t lookup_until(uint64_t ms);	/* the deadline `ms` from now; 0 for 0 */
/*
 * Returns the deadline of a lookup's queries: slightly before the lookup's own, so that what the
 * name servers did is known when that expires. 0 for 0.
 */
uint64_t lookup_questions_until(uint64_t until_us);

enum host_source { HOST_LITERAL, HOST_GIVEN, HOST_FILE, HOST_DNS };
enum { HOST_NOTES_MAX = 4 };

struct host {
	/* the name found, as A-labels, with the suffix from the search list */
	struct span name;
	enum host_source source;
	struct addr *addr;		/* with the port, in the order to try them */
	size_t naddr;
	uint32_t ttl;			/* HOST_DNS: the lowest, in seconds */
	bool authentic;			/* DNSSEC-validated, aliases included */
	enum dns_trust trust;		/* trust in the resolver that validated */
	struct addr resolver;		/* the server that answered; .len 0: none was asked */
	struct span alias;		/* the target of its CNAMEs; empty: none */
	struct span why;		/* if naddr is 0: "the name does not exist (NXDOMAIN)" */
	enum err_cause cause;		/* if naddr is 0 */
	struct dns_doubt doubt;		/* if cause is CAUSE_SERVFAIL */
	struct span note[HOST_NOTES_MAX];	/* remarks on an otherwise good result */
	size_t nnotes;
};

/* Called once, possibly within host_find. The result lives in the arena. */
typedef void host_fn(void *ctx, const struct host *);

struct host_query;
/*
 * Looks up a host. Returns NULL only if host_fn was called already. `system`: the user gave the
 * name; otherwise it is absolute, like the name of an MX. A name from the user goes through the
 * search list as resolv.conf(5) says, and a result found by the list has a note.
 */
struct host_query *host_find(
    const struct lookup_env *, struct span name, unsigned port, bool system, host_fn *, void *ctx);
/* Also cancels; must also be called after host_fn, unless host_find returned NULL. NULL is fine. */
void host_free(struct host_query *);

/*
 * Converts `name` to A-labels without a final dot, in the arena. Returns false and sets err when it
 * is not a valid name (ERR_DNS) or libidn2 is missing (ERR_SYSTEM).
 */
bool host_ascii(struct span name, struct arena *, struct span *out, struct err *);
/*
 * Returns whether a name consists of labels of letters, digits, "-" and "_" (RFC 952, RFC 1123 2.1;
 * "_" is in use), separated by dots, and is therefore safe in a URL.
 */
bool host_is_name(struct span ascii);

#endif
