/*
 * The path to a session's peer: the target, its addresses, the connection attempts, a proxy in
 * between, the command of a pipe: target. Results are reported to link_fn.
 */
#ifndef RUN_SESSION_LINK_H
#define RUN_SESSION_LINK_H

#include "net/conn.h"
#include "net/dial.h"
#include "net/proxy_header.h"
#include "run/route/route.h"
#include "run/session/child.h"
#include "run/session/options.h"

enum link_news_kind {
	LINK_ROUTED,  /* ->route, or NULL and ->err */
	LINK_NOTE,    /* ->note; empty: no more notes will follow */
	LINK_ATTEMPT, /* ->attempt: one address was tried */
	LINK_PROXIED, /* connected to the proxy */
	LINK_UP,      /* ->conn, now owned by the callee; NULL and ->err: it failed */
};
struct link_news {
	enum link_news_kind kind;
	const struct route *route;
	const struct dial_attempt *attempt;
	struct conn *conn;
	struct span note;
	const struct err *err;
};
typedef void link_fn(void *ctx, const struct link_news *);

struct link {
	struct target target;	     /* its spans live in ->routed */
	bool chosen_by_script;	     /* a script named the target */
	struct span host;	     /* the hop's name; empty: never opened */
	const struct route *route;   /* outlives the connection; NULL: none */
	/* what a failed lookup found; NULL: it did not fail */
	const struct route *lost;
	const struct route_hop *hop; /* hop in use, of ->route or another; NULL: none */
	struct arena routed;	     /* lives as long as the target */
	struct arena arena;	     /* lives until the next connection */
	/* lives as long as the session: PROXY headers */
	struct arena kept;
	struct route_query *routing;
	struct dial *dial;
	const struct proxy_opts *via;  /* the proxy of this connection attempt */
	struct proxy *proxy;	       /* in progress, or in use by the connection */
	struct child *child;	       /* of a pipe: target */
	const struct proxy_header *proxy_header; /* sent first on later connections */
	uint64_t begun_us;	       /* start of the lookup, then of the connection attempt */
	uint64_t found_us;	       /* how long the lookup took; 0: none */
	uint64_t up_us;		       /* when it was connected */
	link_fn *news;
	void *ctx;
};

void link_release(struct link *);
/* Cancels what is in progress and ends a pipe: command; keeps target and route. */
void link_drop(struct link *);

void link_set_target(struct link *, const struct target *); /* `target` may be the link's own */
/*
 * Looks up the target; LINK_ROUTED follows after this returns, LINK_NOTE may come before or after
 * that. `resolve_ms` is for one query; the whole lookup has half a second more. 0: unlimited.
 */
void link_find(struct link *, struct loop *, struct dns *, const struct route_opts *,
    const struct target *, uint64_t resolve_ms);
/*
 * Sets the target and returns its route if it is a host that is reached through a proxy: the host's
 * name alone, since the proxy looks it up. NULL: it must be looked up.
 */
const struct route *link_proxied_route(
    struct link *, const struct proxy_opts *, const struct target *);
/*
 * Connects to an address of the hop; LINK_ATTEMPT, LINK_PROXIED and LINK_UP follow after this
 * returns.
 */
void link_dial(struct link *, struct loop *, const struct session_opts *, const struct route_hop *);
/* Records a connection that exists already, to a peer of this name. */
void link_over(struct link *, struct span host);

unsigned link_port(const struct link *);
/*
 * Sets the PROXY protocol header of later connections. Returns false and sets err if it is invalid.
 */
bool link_set_proxy_header(struct link *, struct span text, struct err *);

/* See session_no_way. */
bool link_has_no_way(const struct session_opts *, const struct target *, char out[NO_WAY_SHOWN]);

#endif
