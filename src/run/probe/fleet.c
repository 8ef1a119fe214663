/* fleet - many probes on one loop: what begins when, and how many at once. */
#include "run/probe/fleet_impl.h"

#include <stdlib.h>

enum { JOBS_FIRST = 256, JOBS_MOST = 4096, PER_HOST = 2, TICK_MS = 100, RETRY_MS = 1000,
	/* most targets that are read, or found, before it is their turn */
	AHEAD = 256 };

static size_t
ahead(const struct fleet *f)
{
	return f->jobs < AHEAD ? f->jobs : AHEAD;
}

static void
begin_items(struct fleet *f)
{
	while (f->waiting && !f->stopped && f->looking < f->jobs &&
	    f->ready.n + f->running < f->jobs + ahead(f)) {
		struct item *item = f->waiting;
		if (!(f->waiting = item->queued))
			f->waiting_end = &f->waiting;
		f->nwaiting--;
		f->begun++;
		item_begin(item);
	}
}

static bool
pace_allows(struct fleet *f)
{
	uint64_t now;

	if (!f->opts.rate)
		return true;
	now = loop_now_us();
	if (f->next_us > now) {
		loop_timer_set(f->pace, (f->next_us - now) / 1000 + 1);
		return false;
	}
	f->next_us = (f->next_us + 1000000 > now ? f->next_us : now) + 1000000 / f->opts.rate;
	return true;
}

static void
start_slots(struct fleet *f)
{
	while (f->ready.first && f->running < f->jobs && !f->stopped) {
		struct slot *s = slot_list_take(&f->ready);
		if (!s->peer && !peer_enter(f, s))
			continue;
		if (!pace_allows(f)) {
			slot_list_put_back(&f->ready, s);
			return;
		}
		slot_start(s);
	}
}

static void
work(void *ctx, unsigned ready)
{
	struct fleet *f = ctx;
	struct slot *s;

	(void)ready;
	while ((s = slot_list_take(&f->ended)))
		slot_over(s);
	begin_items(f);
	start_slots(f);
	if (f->stopped && !f->over)
		fleet_stop(f);
	if (f->over && !f->items && !f->ended_us)
		f->ended_us = loop_now_us();
}

/* Slots that only wait for the far end cost nothing: more may run. */
static void
on_tick(void *ctx, unsigned ready)
{
	struct fleet *f = ctx;

	(void)ready;
	if (f->running >= f->jobs && f->ready.n > 0 &&
	    f->finished - f->finished_at_tick < f->jobs / 16 && f->jobs < f->opts.jobs_most)
		f->jobs = f->jobs * 2 < f->opts.jobs_most ? f->jobs * 2 : f->opts.jobs_most;
	f->finished_at_tick = f->finished;
	loop_timer_set(f->tick, TICK_MS);
}

static void
on_pace(void *ctx, unsigned ready)
{
	(void)ctx, (void)ready;		/* the wake-up is all that was wanted */
}

struct fleet *
fleet_new(struct session_env *env, const struct fleet_opts *opts, const struct fleet_fns *fns)
{
	struct fleet *f = memory_zeroed(sizeof *f);

	*f = (struct fleet){
		.env = env, .opts = *opts, .fns = *fns, .jobs = opts->jobs ? opts->jobs : JOBS_FIRST
	};
	if (!f->opts.jobs_most)
		f->opts.jobs_most = JOBS_MOST;
	if (!f->opts.jobs && f->jobs > f->opts.jobs_most)
		f->jobs = f->opts.jobs_most;
	if (!f->opts.per_host)
		f->opts.per_host = PER_HOST;
	if (!f->opts.retry_wait_ms)
		f->opts.retry_wait_ms = RETRY_MS;
	f->began_us = loop_now_us();
	f->items_end = &f->items;
	f->waiting_end = &f->waiting;
	slot_list_init(&f->ready);
	slot_list_init(&f->ended);
	f->hook = loop_idle(env->loop, work, f);
	f->pace = loop_timer(env->loop, on_pace, f);
	f->tick = loop_timer(env->loop, on_tick, f);
	if (!opts->jobs)
		loop_timer_set(f->tick, TICK_MS);
	return f;
}

void
fleet_free(struct fleet *f)
{
	if (!f)
		return;
	while (f->items)
		item_free(f->items);
	peers_free(f);
	loop_idle_free(f->hook);
	loop_timer_free(f->pace);
	loop_timer_free(f->tick);
	free(f);
}

void
fleet_add(
    struct fleet *f, const struct target *target, const struct fleet_spec *spec, const char *name)
{
	struct item *item = memory_zeroed(sizeof *item);

	*item = (struct item){
		.fleet = f, .spec = spec, .target = *target, .number = ++f->sum.targets
	};
	item->target.text = arena_copy(&item->arena, target->text);
	item->target.host = arena_copy(&item->arena, target->host);
	item->target.sender = SPAN_NONE;
	item->name = name ? arena_string(&item->arena, span_of(name)) : NULL;
	item->back = f->items_end;
	if (f->nwaiting == 0)
		/* what is new is taken up by the hook, which needs a wake-up */
		loop_timer_set(f->pace, 0);
	*f->items_end = item;
	f->items_end = &item->next;
	*f->waiting_end = item;
	f->waiting_end = &item->queued;
	f->nwaiting++;
}

bool
fleet_wants(const struct fleet *f)
{
	return !f->stopped && f->nwaiting < ahead(f);
}

void
fleet_end(struct fleet *f)
{
	f->over = true;
}

bool
fleet_done(const struct fleet *f)
{
	return f->over && !f->items;
}

void
fleet_stop(struct fleet *f)
{
	f->stopped = f->over = true;
	while (f->items)
		item_over(f->items, false);
	f->waiting = NULL;
	f->waiting_end = &f->waiting;
	slot_list_init(&f->ready);
	slot_list_init(&f->ended);
	f->nwaiting = f->running = 0;
	f->ended_us = loop_now_us();
}

struct fleet_summary
fleet_summary(const struct fleet *f)
{
	struct fleet_summary sum = f->sum;

	sum.open = !f->over;
	sum.wall_us = (f->ended_us ? f->ended_us : loop_now_us()) - f->began_us;
	return sum;
}

size_t
fleet_in_flight(const struct fleet *f)
{
	return f->running;
}
