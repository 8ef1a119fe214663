/*
 * Finds the hosts and addresses to try for a target, in order (RFC 5321 5.1, RFC 7505, RFC 6724).
 */
#ifndef RUN_ROUTE_ROUTE_H
#define RUN_ROUTE_ROUTE_H

#include "run/route/dane.h"
#include "run/route/host.h"
#include "run/route/target.h"

enum { ROUTE_HOPS_MAX = 128 };

struct route_hop {
	/* the name that the certificate must match; a literal as given */
	struct span host;
	unsigned preference;		/* of an MX; else 0 */
	struct addr *addr;		/* with the port */
	size_t naddr;			/* 0 only in hops beyond nhops */
	bool in_order;			/* try the addresses one after the other, not in parallel */
	/* how the addresses were found, or why there are none; NULL: not found by route_find */
	const struct host *found;
	/* the path to it, for DANE; NULL: no name led to it */
	const struct dane_path *path;
};

struct route {
	struct span name;		/* host or domain, as A-labels */
	bool mx;			/* hops were found by MX and have preferences */
	/* the domain has no MX: the hop is the domain's own name (RFC 5321 5.1) */
	bool implicit;
	/*
	 * the name of which the domain is an alias (CNAME) and whose MX are used; empty: no alias
	 */
	struct span alias;
	struct route_hop *hop;		/* best first; equal preferences in random order */
	size_t nhops;			/* hops with an address, at least 1 */
	/* all hops; MX without an address are at the end */
	size_t nall;
	uint32_t ttl;			/* of the MX set */
	bool authentic;			/* the MX set was validated (DNSSEC) */
	/* the resolver claims to have validated, but is not trusted */
	bool ad_untrusted;
	bool null_mx_beside;		/* there is also a null MX, which RFC 7505 3 forbids */
	struct dns_doubt doubt;		/* about the lookup that failed; there is no hop then */
	enum dns_trust trust;		/* trust in the resolver of the MX set */
	struct addr resolver;		/* that resolver; .len 0: none was asked */
	uint64_t took_us;
	/*
	 * For a bare host name: the best MX of that name, if its mail goes elsewhere. May be set
	 * after the route was reported.
	 */
	struct span elsewhere;
	bool asking;			/* ->elsewhere is not known yet */
};

/*
 * Called once, never within route_find, with the route and `err`: of kind ERR_NONE, or why there is
 * no route; the route then has what was found. The route lives in the arena.
 */
typedef void route_fn(void *ctx, const struct route *, const struct err *);
/*
 * Called with remarks of one sentence each, before or after the route is reported; never within
 * route_find. An empty remark says that ->asking has become false. `found`: it is about how the
 * route was found, and belongs in a verdict.
 */
typedef void route_note_fn(void *ctx, struct span note, bool found);

struct route_query;
/*
 * Finds the route to a target, which must live until route_free. Literals, paths, localhost and
 * names in hosts(5) are never looked up in the DNS.
 */
struct route_query *route_find(
    const struct lookup_env *, const struct target *, route_fn *, route_note_fn *, void *ctx);
void route_free(struct route_query *);		/* also cancels; NULL is fine */

#endif
