/* loop_timer - a timer that fires once. */
#include <stdlib.h>

#include "base/arena.h"
#include "net/loop_priv.h"

struct loop_timer {
	uv_timer_t uv;
	struct ready ready;
};

static void
on_timer(uv_timer_t *uv)
{
	struct loop_timer *t = uv->data;

	loop_list_add(&((struct loop *)uv->loop)->due, &t->ready);
	uv_stop(uv->loop);	/* libuv runs timers before it waits: what is due must not wait for something else */
}

struct loop_timer *
loop_timer(struct loop *loop, loop_fn *fn, void *ctx)
{
	struct loop_timer *t = memory_zeroed(sizeof *t);

	uv_timer_init(&loop->uv, &t->uv);
	t->uv.data = t;
	t->ready.fn = fn;
	t->ready.ctx = ctx;
	return t;
}

void
loop_timer_set(struct loop_timer *t, uint64_t ms)
{
	loop_list_remove((struct loop *)t->uv.loop, &t->ready);
	uv_update_time(t->uv.loop);
	uv_timer_start(&t->uv, on_timer, ms, 0);
}

void
loop_timer_stop(struct loop_timer *t)
{
	loop_list_remove((struct loop *)t->uv.loop, &t->ready);
	uv_timer_stop(&t->uv);
}

void
loop_timer_free(struct loop_timer *t)
{
	if (!t)
		return;
	loop_timer_stop(t);
	uv_close((uv_handle_t *)&t->uv, loop_free_data);
}
