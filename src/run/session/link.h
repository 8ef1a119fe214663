/*
 * The way to a session's peer: the target, the addresses it was found at, the dialling, a proxy in
 * between, the command of a pipe: target. It tells what happened; nothing of it is called back from
 * within its own functions but what their comments say.
 */
#ifndef RUN_SESSION_LINK_H
#define RUN_SESSION_LINK_H

#include "net/conn.h"
#include "net/dial.h"
#include "net/preface.h"
#include "run/route/route.h"
#include "run/session/child.h"
#include "run/session/options.h"

enum link_news_kind {
	LINK_ROUTED,  /* ->route, or NULL and ->err */
	LINK_NOTE,    /* ->note; empty: what a note was still to say is known to be nothing */
	LINK_ATTEMPT, /* ->attempt: one address was tried */
	LINK_PROXIED, /* connected to the proxy, which is asked for the host */
	LINK_UP,      /* ->conn, the receiver's now; NULL and ->err: it did not come about */
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
	struct target target;	     /* its spans are in ->routed */
	bool chosen_by_script;	     /* a script named the target */
	struct span host;	     /* the hop's name; empty: never opened */
	const struct route *route;   /* outlives the connection; NULL: none */
	/* what a lookup that failed found all the same; NULL: it did not fail */
	const struct route *lost;
	const struct route_hop *hop; /* of it, or of one chosen; NULL: none */
	struct arena routed;	     /* as long as the target */
	struct arena arena;	     /* as long as the connection, and until the next */
	struct arena kept;	     /* as long as the session: a proxied route, prefaces */
	struct route_query *routing;
	struct dial *dial;
	const struct proxy_opts *via;  /* of the dialling */
	struct proxy *proxy;	       /* on its way, or what the connection went through */
	struct child *child;	       /* of a pipe: target */
	const struct preface *preface; /* sent first on the connections to come */
	uint64_t begun_us;	       /* of the look-up, then of the dialling */
	uint64_t found_us;	       /* how long the look-up took; 0: there was none */
	uint64_t up_us;		       /* since when it is connected */
	link_fn *news;
	void *ctx;
};

void link_release(struct link *);
/* Whatever is on its way is given up; target and route stay. */
void link_drop(struct link *);

void link_set_target(struct link *, const struct target *); /* which may be its own */
/*
 * Looks the target up: LINK_ROUTED comes, later; LINK_NOTE before and after. `resolve_ms`: of a
 * question; the whole look-up has half a second more. 0: no end.
 */
void link_find(struct link *, struct loop *, struct dns *, const struct route_opts *,
    const struct target *, uint64_t resolve_ms);
/*
 * Through a proxy a host is not looked up here: the route is its name alone. NULL: it is looked up.
 */
const struct route *link_proxied_route(
    struct link *, const struct proxy_opts *, const struct target *);
/* Connects to an address of the hop: LINK_ATTEMPT, LINK_PROXIED and LINK_UP come, later. */
void link_dial(struct link *, struct loop *, const struct session_opts *, const struct route_hop *);
/* A connection that is there already, to what is called so. */
void link_over(struct link *, struct span host);

unsigned link_port(const struct link *);
/* For the connections to come. False with err. */
bool link_set_preface(struct link *, struct span text, struct err *);

/* See session_no_way. */
bool link_has_no_way(const struct session_opts *, const struct target *, char out[NO_WAY_SHOWN]);

#endif
