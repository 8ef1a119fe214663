/* fetch - fetches one small text by HTTPS on the loop. */
#include "net/fetch.h"

#include <stdlib.h>

/* connection attempts in parallel; libcurl needs no others, since it does not resolve names */
enum { WATCHES_MAX = 8 };

struct watched {
	struct fetch *fetch;
	int fd;
	struct loop_watch *watch;	/* NULL: free */
};

struct fetch {
	struct loop *loop;
	const struct https *https;
	struct https_get *get;
	struct loop_timer *timer;
	struct watched watched[WATCHES_MAX];
	fetch_fn *fn;
	void *ctx;
	bool over;
};

static void
go_on(struct fetch *f, int fd, unsigned ready)
{
	const struct https_answer *answer = f->over ? NULL : f->https->ready(f->get, fd, ready);

	if (!answer)
		return;
	f->over = true;
	f->fn(f->ctx, answer);
}

static void
on_ready(void *ctx, unsigned ready)
{
	struct watched *w = ctx;

	go_on(w->fetch, w->fd, ready);
}

static void
on_time(void *ctx, unsigned ready)
{
	(void)ready;
	go_on(ctx, -1, 0);
}

static struct watched *
find_watch(struct fetch *f, int fd)
{
	struct watched *vacant = NULL;

	for (size_t i = 0; i < WATCHES_MAX; i++) {
		if (f->watched[i].watch && f->watched[i].fd == fd)
			return &f->watched[i];
		if (!f->watched[i].watch && !vacant)
			vacant = &f->watched[i];
	}
	return vacant;
}

/* If there is no room, or the descriptor cannot be watched, the fetch times out. */
static void
watch(void *ctx, int fd, unsigned want)
{
	struct fetch *f = ctx;
	struct watched *w = find_watch(f, fd);
	struct err err;

	if (!w)
		return;
	if (w->watch && want) {
		loop_want(w->watch, want);
		return;
	}
	loop_unwatch(w->watch);
	*w = (struct watched){ .fetch = f, .fd = fd };
	if (want)
		w->watch = loop_watch(f->loop, fd, want, on_ready, w, &err);
}

static void
set_timer(void *ctx, long ms)
{
	struct fetch *f = ctx;

	if (ms < 0)
		loop_timer_stop(f->timer);
	else
		loop_timer_set(f->timer, (uint64_t)ms);
}

struct fetch *
fetch_start(
    struct loop *loop, const struct https_opts *opts, fetch_fn *fn, void *ctx, struct err *err)
{
	const struct https *module = https(err);
	struct fetch *f;

	if (!module)
		return NULL;
	f = memory_zeroed(sizeof *f);
	*f = (struct fetch){ .loop = loop, .https = module, .fn = fn, .ctx = ctx };
	f->timer = loop_timer(loop, on_time, f);
	f->get = module->start(opts, &(struct https_wait){ watch, set_timer, f }, err);
	if (f->get)
		return f;
	fetch_free(f);
	return NULL;
}

void
fetch_free(struct fetch *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < WATCHES_MAX; i++)
		loop_unwatch(f->watched[i].watch);
	loop_timer_free(f->timer);
	f->https->free(f->get);
	free(f);
}
