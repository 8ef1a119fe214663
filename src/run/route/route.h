/* From a target to the hosts and addresses to try, in order (RFC 5321 5.1, RFC 7505, RFC 6724). */
#ifndef RUN_ROUTE_ROUTE_H
#define RUN_ROUTE_ROUTE_H

#include "run/route/dane.h"
#include "run/route/host.h"
#include "run/route/target.h"

enum { ROUTE_HOPS_MAX = 128 };

struct route_hop {
	/* the name the certificate is compared with; a literal as written */
	struct span host;
	unsigned preference;		/* of an MX; else 0 */
	struct addr *addr;		/* with the port */
	size_t naddr;			/* 0: only behind nhops */
	bool in_order;			/* they are tried one after the other, not side by side */
	/* how the addresses were found, or why there are none; NULL: not by route_find */
	const struct host *found;
	/* what led there, as DANE wants to know it; NULL: no name did */
	const struct dane_path *path;
};

struct route {
	struct span name;		/* host or domain, as A-labels */
	bool mx;			/* hops were found by MX and have preferences */
	/* a domain without MX: the hop is the domain's own name (RFC 5321 5.1) */
	bool implicit;
	/* of which the MX are, since the domain is an alias (CNAME) of it; empty: it is none */
	struct span alias;
	struct route_hop *hop;		/* best first; equal preferences in an order of chance */
	size_t nhops;			/* that have an address: at least 1 */
	size_t nall;			/* behind them those MX that have none */
	uint32_t ttl;			/* of the MX set */
	bool authentic;			/* the MX set was validated (DNSSEC) */
	/* the name server says that it validated, but is not to be believed */
	bool unbelieved;
	enum dns_trust trust;		/* in the name server that had the MX set */
	struct addr resolver;		/* that one; .len 0: none was asked */
	uint64_t took_us;
	/*
	 * A bare host's: the best MX of that name, when its mail goes elsewhere. May come after the
	 * route was told.
	 */
	struct span elsewhere;
	bool asking;			/* that is not known yet */
};

/*
 * Told once, never from within route_find: the route, and `err` with ERR_NONE; or `err` says why
 * there is none (ERR_DNS, with what was found all the same in the route). The route lives in the
 * arena.
 */
typedef void route_fn(void *ctx, const struct route *, const struct err *);
/*
 * What is worth knowing beside, one sentence each, before or after the route is told; never from
 * within route_find. An empty one says that ->asking has ended. `found`: it is about how the route
 * was found, which a verdict may want to have.
 */
typedef void route_note_fn(void *ctx, struct span note, bool found);

struct route_query;
/*
 * A literal, a path, localhost and what hosts(5) knows never go to the DNS. The target must stay
 * until route_free.
 */
struct route_query *route_find(
    const struct lookup_env *, const struct target *, route_fn *, route_note_fn *, void *ctx);
void route_free(struct route_query *);		/* also cancels; NULL is fine */

#endif
