/* dial - connects to the first of several addresses that answers. */
#include "net/dial.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"

#define STAGGER_MS 250		/* RFC 8305 5: Connection Attempt Delay */
enum { NOT_THE_LAST_MS = 3000 };

struct try {
	struct dial *dial;
	struct conn *conn;
	struct loop_timer *timer;
	size_t which;
	uint64_t began_us;
	bool over;
};

struct dial {
	struct loop *loop;
	const struct addr *addr;
	size_t n, begun, failed;
	struct addr from;
	struct dial_opts opts;
	/* starts the next attempt; also the first, so that no callback runs in dial_start */
	struct loop_timer *next;
	struct try *try;
};

static void
end_try(struct try *t)
{
	t->over = true;
	conn_free(t->conn);
	t->conn = NULL;
	loop_timer_free(t->timer);
	t->timer = NULL;
}

static void
try_failed(struct try *t, const struct err *err)
{
	struct dial *d = t->dial;
	struct dial_attempt told = {
		.to = &d->addr[t->which], .took_us = loop_now_us() - t->began_us, .err = err,
	};

	end_try(t);
	d->failed++;
	d->opts.attempt(d->opts.ctx, &told);
	if (d->failed == d->n)
		d->opts.done(d->opts.ctx, NULL, t->which, err);
	else if (d->begun < d->n)
		loop_timer_set(d->next, 0);
}

static void
try_won(struct try *t)
{
	struct dial *d = t->dial;
	struct dial_attempt told = {
		.to = &d->addr[t->which], .took_us = loop_now_us() - t->began_us, .up = true,
	};
	struct conn *conn = t->conn;

	t->conn = NULL;
	for (size_t i = 0; i < d->begun; i++)
		end_try(&d->try[i]);
	loop_timer_stop(d->next);
	d->opts.attempt(d->opts.ctx, &told);
	d->opts.done(d->opts.ctx, conn, t->which, NULL);
}

static void
on_conn(void *ctx, enum conn_news news)
{
	struct try *t = ctx;

	if (news == CONN_UP) {
		try_won(t);
		return;
	}
	struct err why = *conn_err(t->conn);
	try_failed(t, &why);
}

/* Returns the timeout of an attempt; 0: unlimited. */
static uint64_t
attempt_ms(const struct try *t)
{
	const struct dial_opts *o = &t->dial->opts;
	bool others = t->which + 1 < t->dial->n;

	if (o->attempt_ms == 0)
		return others ? NOT_THE_LAST_MS : 0;
	return others && o->in_order && o->attempt_ms > NOT_THE_LAST_MS ? NOT_THE_LAST_MS :
									  o->attempt_ms;
}

static void
on_timeout(void *ctx, unsigned ready)
{
	struct try *t = ctx;
	struct err err;
	char text[ADDR_TEXT], within[24];

	(void)ready;
	text_limit(within, attempt_ms(t));
	err_set(&err, ERR_TIMEOUT, "%s: timed out after %s",
	    addr_text(&t->dial->addr[t->which], text), within);
	try_failed(t, &err);
}

static void
begin_next(struct dial *d)
{
	struct try *t = &d->try[d->begun];
	struct err err;

	*t = (struct try){ .dial = d, .which = d->begun, .began_us = loop_now_us() };
	d->begun++;
	if (d->begun < d->n && !d->opts.in_order)
		loop_timer_set(d->next, STAGGER_MS);
	t->conn = conn_dial(d->loop, &d->addr[t->which], &d->from, on_conn, t, &err);
	if (!t->conn) {
		try_failed(t, &err);
		return;
	}
	t->timer = loop_timer(d->loop, on_timeout, t);
	if (attempt_ms(t))
		loop_timer_set(t->timer, attempt_ms(t));
}

static void
on_next(void *ctx, unsigned ready)
{
	(void)ready;
	begin_next(ctx);
}

struct dial *
dial_start(struct loop *loop, const struct addr *addr, size_t n, const struct dial_opts *opts)
{
	struct dial *d = memory_zeroed(sizeof *d);

	*d = (struct dial){ .loop = loop, .addr = addr, .n = n, .opts = *opts };
	if (opts->from) {
		d->from = *opts->from;
		d->opts.from = &d->from;
	}
	d->try = memory_zeroed(n * sizeof *d->try);
	d->next = loop_timer(loop, on_next, d);
	loop_timer_set(d->next, 0);
	return d;
}

void
dial_free(struct dial *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->begun; i++)
		if (!d->try[i].over)
			end_try(&d->try[i]);
	loop_timer_free(d->next);
	free(d->try);
	free(d);
}
