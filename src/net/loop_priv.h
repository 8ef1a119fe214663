/* The loop inside, for net/loop*.c alone: only they know libuv. */
#ifndef NET_LOOP_PRIV_H
#define NET_LOOP_PRIV_H

#include <uv.h>

#include "net/loop.h"

/* What the list holds: part of everything that fires. */
struct ready {
	struct ready *next, **back;	/* back is NULL when not on a list */
	loop_fn *fn;
	void *ctx;
	unsigned events;
};

struct ready_list {
	struct ready *first, **last;
};

struct loop {
	uv_loop_t uv;
	struct ready_list urgent, ready, due;	/* due: timers, which wait until all that is ready with them is worked off */
	struct loop_watch *changed;
	struct loop_idle *idles, *next_idle;	/* next_idle: while the hooks run, the one after this */
	bool kicked;
	unsigned urgents;		/* watches that must not wait */
};

void loop_list_add(struct ready_list *, struct ready *);	/* where it is not on one already */
void loop_list_remove(struct loop *, struct ready *);		/* from whichever it is on */
void loop_free_data(uv_handle_t *);	/* for uv_close: frees ->data, in which the handle lives */

#endif
