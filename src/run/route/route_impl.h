/* A look-up of a route while it runs, for run/route*.c alone. */
#ifndef RUN_ROUTE_ROUTE_IMPL_H
#define RUN_ROUTE_ROUTE_IMPL_H

#include "run/route/route.h"

struct slot {				/* of an MX, while its addresses are sought */
	struct route_query *query;
	struct host_query *host;
	struct route_hop hop;
	bool over;
};

struct route_query {
	struct lookup_env env;
	const struct target *target;
	struct arena *arena;
	route_fn *fn;
	route_note_fn *note;
	void *ctx;
	struct loop_timer *timer, *deadline;
	enum { ROUTE_BEGIN, ROUTE_ASKING, ROUTE_GRACE, ROUTE_ENDING, ROUTE_TOLD } stage;
	uint64_t began_us, deadline_ms;
	struct dns_query *mx;
	struct slot *slot;		/* one for a bare host */
	size_t nslots, waiting;
	struct span said[16];		/* notes, of which none is told twice */
	size_t nsaid;
	struct route *route;
	struct err err;
};

void route_note(struct route_query *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void route_end(struct route_query *);		/* all is known */
void route_fail(struct route_query *, enum err_cause, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void route_take_host(struct slot *, const struct host *);	/* and notes what is odd about it */
/* the slots as the route's hops, those without an address last */
void route_collect(struct route_query *);

/*
 * What the MX of q->route->name are: ctx is the query. Ends or fails it, or has its own address
 * sought, or the MX's.
 */
void route_on_mx(void *ctx, const struct dns_reply *);
void route_grace_is_over(struct route_query *);	/* what is not found by now is left out */

#endif
