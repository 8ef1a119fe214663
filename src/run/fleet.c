/* fleet - many probes on one loop. */
#include "run/fleet.h"

#include <stdlib.h>

#include "run/reverse.h"

enum { JOBS_FIRST = 256, JOBS_MOST = 4096, PER_HOST = 2, HOSTS = 4096, TICK_MS = 100, RETRY_MS = 1000,
	AHEAD = 256 };			/* most targets that are read, or found, before it is their turn */

struct peer;

/* One address of one target: what is probed. */
struct slot {
	struct slot *next;
	struct item *item;
	struct route_hop hop;
	struct addr addr;		/* the hop's, when it has but one */
	struct span domain;
	struct peer *host;
	const struct addr *barred;	/* none of its addresses may be connected to: the first of them */
	struct reverse *reverse;	/* asked behind the probe */
	struct probe *probe;
	struct probe_result result;
	struct loop_timer *timer;	/* until it is tried again */
	unsigned attempt;
};

struct item {
	struct item *next, **back;	/* of all that are not over */
	struct item *queued;
	struct fleet *fleet;
	struct arena arena, looking;	/* looking: of the look-up alone, which takes much and gives little */
	struct target target;
	const struct fleet_spec *spec;
	const char *name;
	size_t number;
	struct route_query *routing;
	struct loop_timer *timer;	/* until it begins, and until it is found */
	const struct route *route;
	uint64_t began_us, found_us;
	struct slot *slots;		/* on its own: an arena would take twice as much */
	size_t nslots, left, passed, judged;
	enum health state;
};

/* How many probes of one address and port run, and which wait for that. */
struct peer {
	struct peer *next;
	struct addr addr;
	unsigned running;
	struct slot *first, **last;
};

struct slot_list { struct slot *first, **last; };

struct fleet {
	struct session_env *env;
	struct fleet_opts opts;
	struct fleet_fns fns;
	struct loop_idle *hook;
	struct loop_timer *tick, *pace;
	struct item *items, *waiting, **waiting_end;
	size_t nwaiting, nready, looking, running, begun, finished, finished_at_tick;
	unsigned jobs;
	uint64_t began_us, ended_us, next_us;
	struct slot_list ready, ended;
	struct peer *host[HOSTS];
	bool over, stopped;
	struct fleet_summary sum;
};

static void
list_init(struct slot_list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void
list_add(struct slot_list *list, struct slot *s)
{
	s->next = NULL;
	*list->last = s;
	list->last = &s->next;
}

static struct slot *
list_take(struct slot_list *list)
{
	struct slot *s = list->first;

	if (s && !(list->first = s->next))
		list->last = &list->first;
	return s;
}

/* ---- addresses and ports */

static bool
same_addr(const struct addr *a, const struct addr *b)
{
	return a->len == b->len && memcmp(&a->any, &b->any, a->len) == 0;
}

static struct peer *
peer_of(struct fleet *f, const struct addr *a)
{
	const unsigned char *octet = (const unsigned char *)&a->any;
	unsigned hash = 2166136261u;

	for (socklen_t i = 0; i < a->len; i++)
		hash = (hash ^ octet[i]) * 16777619u;
	struct peer **at = &f->host[hash % HOSTS];
	while (*at && !same_addr(&(*at)->addr, a))
		at = &(*at)->next;
	if (!*at) {
		*at = memory_zeroed(sizeof **at);
		(*at)->addr = *a;
		(*at)->last = &(*at)->first;
	}
	return *at;
}

/* One less runs there: the next that waited for it may go. An address nobody waits for is forgotten. */
static void
leave_peer(struct fleet *f, struct peer *h)
{
	unsigned hash = 2166136261u;
	const unsigned char *octet = (const unsigned char *)&h->addr.any;

	h->running--;
	if (h->first) {
		struct slot *s = h->first;
		if (!(h->first = s->next))
			h->last = &h->first;
		h->running++;
		s->host = h;
		s->next = f->ready.first;
		if (!f->ready.first)
			f->ready.last = &s->next;
		f->ready.first = s;
		f->nready++;
		return;
	}
	if (h->running > 0)
		return;
	for (socklen_t i = 0; i < h->addr.len; i++)
		hash = (hash ^ octet[i]) * 16777619u;
	for (struct peer **at = &f->host[hash % HOSTS]; *at; at = &(*at)->next)
		if (*at == h) {
			*at = h->next;
			break;
		}
	free(h);
}

/* ---- the life of a target */

static void
free_slot(struct slot *s)
{
	probe_free(s->probe);
	reverse_free(s->reverse);
	s->reverse = NULL;
	loop_timer_free(s->timer);
	arena_release(&s->result.arena);
}

static void
free_item(struct item *item)
{
	for (size_t i = 0; i < item->nslots; i++)
		free_slot(&item->slots[i]);
	free(item->slots);
	route_free(item->routing);
	loop_timer_free(item->timer);
	*item->back = item->next;
	if (item->next)
		item->next->back = item->back;
	arena_release(&item->looking);
	arena_release(&item->arena);
	free(item);
}

static void
item_over(struct item *item, bool done)
{
	struct fleet *f = item->fleet;
	unsigned quorum = f->opts.quorum;

	if (item->judged == 0 && item->state == STATE_OK)
		item->state = STATE_UNKNOWN;
	if (quorum && item->passed >= (quorum < item->nslots ? quorum : item->nslots))
		item->state = STATE_OK;
	if (f->opts.addresses == ADDRESSES_ANY && item->passed > 0)
		item->state = STATE_OK;
	if (done) {
		f->sum.state[item->state]++;
		f->sum.worst = judge_worse(f->sum.worst, item->state);
	} else {
		f->sum.undone++;
	}
	f->finished++;
	if (f->fns.over)
		f->fns.over(f->fns.ctx, item->target.text, item->number, item->state, done);
	if (done && f->opts.fail_fast && item->state != STATE_OK)
		f->stopped = true;
	free_item(item);
}

static void
tell(struct slot *s)
{
	struct item *item = s->item;
	struct fleet *f = item->fleet;
	struct finding verdict;

	judge(item->spec->judge, item->spec->probe, &s->result, &verdict);
	f->sum.addresses++;
	if (verdict.skipped) {
		f->sum.skipped++;
	} else {
		item->judged++;
		item->passed += verdict.state == STATE_OK || verdict.state == STATE_WARNING;
		item->state = judge_worse(item->state, verdict.state);
	}
	f->fns.report(f->fns.ctx, &(struct fleet_report){
		.target = item->target.text, .name = item->name, .result = &s->result, .verdict = &verdict,
		.begun = f->begun, .over = f->finished,
	});
}

/* Its own failures and those of the way may pass; a verdict of the server's stands. */
static bool
may_retry(const struct slot *s)
{
	const struct probe_result *r = &s->result;

	return s->attempt <= s->item->fleet->opts.retries && !s->barred && r->err != ERR_NONE && !r->reply[r->phase] &&
	    (r->phase <= PHASE_BANNER || r->err == ERR_TIMEOUT || r->eof);
}

static void
make_ready(struct fleet *f, struct slot *s)
{
	list_add(&f->ready, s);
	f->nready++;
}

static void
on_retry(void *ctx, unsigned ready)
{
	struct slot *s = ctx;

	(void)ready;
	make_ready(s->item->fleet, s);
}

static void
on_reverse(void *ctx, const struct lookup_address *names)
{
	struct slot *s = ctx;

	s->result.reverse = names;
	list_add(&s->item->fleet->ended, s);
}

/* Not while it may be tried again: then the result is made anew. */
static bool
wants_names(const struct slot *s)
{
	return s->item->spec->judge->expect_ptr && !s->reverse && !s->item->fleet->stopped && !may_retry(s) &&
	    (s->result.ran & 1u << PHASE_BANNER) && addr_family(&s->result.addr);
}

static void
slot_over(struct slot *s)
{
	struct item *item = s->item;
	struct fleet *f = item->fleet;

	if (wants_names(s)) {
		s->reverse = reverse_start(f->env, &s->result.addr, item->spec->session->timeouts.resolve, &s->result.arena, on_reverse, s);
		return;
	}
	f->running--;
	leave_peer(f, s->host);
	s->host = NULL;
	if (may_retry(s) && !f->stopped) {
		probe_free(s->probe);
		s->probe = NULL;
		arena_release(&s->result.arena);
		if (!s->timer)
			s->timer = loop_timer(f->env->loop, on_retry, s);
		loop_timer_set(s->timer, f->opts.retry_wait_ms ? f->opts.retry_wait_ms : RETRY_MS);
		return;
	}
	tell(s);
	free_slot(s);
	s->probe = NULL;
	s->timer = NULL;
	item->left--;
	if (f->opts.addresses == ADDRESSES_ANY && item->passed > 0)
		item->left = 0;
	if (item->left == 0)
		item_over(item, true);
	else if (f->opts.addresses == ADDRESSES_ANY)
		make_ready(f, s + 1);
}

static void
on_probe(void *ctx, struct probe *p)
{
	struct slot *s = ctx;

	(void)p;
	list_add(&s->item->fleet->ended, s);
}

static void
on_event(void *ctx, const struct event *e)
{
	struct slot *s = ctx;
	struct fleet *f = s->item->fleet;

	if (f->fns.watch)
		f->fns.watch(f->fns.ctx, e);
}

/* What it might still find beside is not wanted; what is needed of it was copied. */
static void
end_look_up(struct item *item)
{
	route_free(item->routing);
	item->routing = NULL;
	arena_release(&item->looking);
}

/* fleet_opts.allow: it is told as a failure, and nothing was sent. */
static void
bar(struct slot *s)
{
	char host[ADDR_TEXT];

	s->result.addr = *s->barred;
	s->result.phase = PHASE_CONNECT;
	s->result.err = ERR_USAGE;
	s->result.ran = 1u << PHASE_CONNECT;
	s->result.tls_mode = probe_tls_mode(s->item->spec->session, &s->item->target);
	s->result.text = arena_printf(&s->result.arena, "%s may not be probed", addr_host(s->barred, host));
	list_add(&s->item->fleet->ended, s);
}

static void
start(struct slot *s)
{
	struct item *item = s->item;
	struct fleet *f = item->fleet;

	end_look_up(item);
	s->attempt++;
	s->result = (struct probe_result){
		.target = &item->target, .number = item->number, .attempt = s->attempt, .domain = s->domain,
		.host = s->hop.host, .preference = s->hop.preference,
	};
	if (s->hop.naddr > 0)
		s->result.addr = s->hop.addr[0];
	s->result.us[PHASE_RESOLVE] = item->found_us - item->began_us;
	f->running++;
	if (s->barred) {
		bar(s);
		return;
	}
	s->probe = probe_new(&(struct probe_job){
		.env = f->env, .session = item->spec->session, .opts = item->spec->probe, .target = &item->target,
		.hop = &s->hop, .result = &s->result, .done = on_probe, .watch = f->opts.watch ? on_event : NULL, .ctx = s,
	});
}

/* ---- finding addresses */

static bool
allowed(const struct fleet *f, const struct addr *a)
{
	bool ok = f->opts.nallow == 0;

	for (size_t i = 0; i < f->opts.nallow; i++)
		ok |= addr_net_has(&f->opts.allow[i], a);
	return ok;
}

static void
add_slot(struct item *item, const struct route_hop *hop, struct addr *addr, size_t naddr)
{
	struct slot *s = &item->slots[item->nslots++];
	struct addr *own = naddr > 1 ? ARENA_ARRAY(&item->arena, struct addr, naddr) : &s->addr;
	size_t n = 0;

	s->item = item;
	s->hop = (struct route_hop){
		.host = span_eq(hop->host, item->target.host) ? item->target.host : arena_copy(&item->arena, hop->host),
		.preference = hop->preference, .addr = own,
	};
	for (size_t i = 0; i < naddr; i++)
		if (allowed(item->fleet, &addr[i]))
			own[n++] = addr[i];
	s->hop.naddr = n;
	if (n == 0 && naddr > 0) {
		own[0] = addr[0];
		s->barred = own;
	}
	s->domain = item->target.kind == TARGET_MX ? item->target.host : SPAN_NONE;
}

static void
make_slots(struct item *item)
{
	const struct route *route = item->route;
	enum probe_addresses how = item->fleet->opts.addresses;
	size_t n = 0;

	for (size_t i = 0; i < route->nhops; i++)
		n += how == ADDRESSES_ALL || how == ADDRESSES_UNSAID ? route->hop[i].naddr : 1;
	item->slots = memory_zeroed(n * sizeof *item->slots);
	for (size_t i = 0; i < route->nhops; i++) {
		const struct route_hop *hop = &route->hop[i];
		if (how == ADDRESSES_ANY)
			add_slot(item, hop, hop->addr, hop->naddr);
		else if (how == ADDRESSES_FIRST && item->nslots == 0)
			add_slot(item, hop, hop->addr, hop->naddr ? 1 : 0);
		for (size_t k = 0; (how == ADDRESSES_ALL || how == ADDRESSES_UNSAID) && k < hop->naddr; k++)
			add_slot(item, hop, &hop->addr[k], 1);
	}
	item->left = item->nslots;
}

static void
not_found(struct item *item, const struct err *err)
{
	static const struct err unknown = { .kind = ERR_DNS };
	struct slot *s = item->slots = memory_zeroed(sizeof *s);

	if (!err)
		err = &unknown;
	item->nslots = item->left = 1;
	s->item = item;
	s->result = (struct probe_result){
		.target = &item->target, .number = item->number, .attempt = 1, .host = item->target.host,
		.phase = PHASE_RESOLVE, .err = err->kind, .sys = err->sys, .ran = 1u << PHASE_RESOLVE,
		.us[PHASE_RESOLVE] = item->found_us - item->began_us, .total_us = item->found_us - item->began_us,
		.tls_mode = probe_tls_mode(item->spec->session, &item->target),
	};
	s->result.domain = item->target.kind == TARGET_MX ? item->target.host : SPAN_NONE;
	s->result.text = arena_copy(&s->result.arena, span_of(err->text));
	tell(s);
	item_over(item, true);
}

static void
found(struct item *item, const struct err *err)
{
	struct fleet *f = item->fleet;

	f->looking--;
	item->found_us = loop_now_us();
	if (!item->route) {
		not_found(item, err);
		return;
	}
	make_slots(item);
	item->route = NULL;		/* it may be the caller's; and the item may be gone behind make_ready */
	for (size_t i = 0; i < (f->opts.addresses == ADDRESSES_ANY ? 1 : item->nslots); i++)
		make_ready(f, &item->slots[i]);
}

static void
on_routed(void *ctx, const struct route *route, const struct err *err)
{
	struct item *item = ctx;

	item->route = err->kind == ERR_NONE ? route : NULL;
	found(item, err);
}

static void
on_note(void *ctx, struct span note)
{
	(void)ctx, (void)note;
}

/* An address literal or a path needs no look-up. */
static bool
found_literal(struct item *item)
{
	const struct target *t = &item->target;
	unsigned family = item->spec->session->route.family;
	struct addr addr;
	struct route_hop hop = { .host = t->host, .addr = &addr, .naddr = 1 };
	const struct route route = { .hop = &hop, .nhops = 1 };

	if (t->kind == TARGET_UNIX ? !addr_unix(&addr, t->host, NULL) : t->kind != TARGET_HOST || !addr_parse(&addr, t->host, t->port))
		return false;
	if (t->kind == TARGET_HOST && family && addr_family(&addr) != family)
		return false;				/* the look-up has the words for it */
	// cppcheck-suppress autoVariables ; found takes it back
	item->route = &route;
	found(item, NULL);
	return true;
}

/* The server inside has no address: one slot of its own. */
static void
found_demo(struct item *item)
{
	static struct route_hop hop = { .host = SPAN_INIT("demo.smtpsh.example") };
	static const struct route route = { .hop = &hop, .nhops = 1 };

	item->route = &route;
	item->slots = memory_zeroed(sizeof *item->slots);
	add_slot(item, &hop, NULL, 0);
	item->left = 1;
	item->fleet->looking--;
	item->found_us = item->began_us;
	make_ready(item->fleet, item->slots);
}

static void
look_up(void *ctx, unsigned ready)
{
	struct item *item = ctx;
	struct fleet *f = item->fleet;

	(void)ready;
	loop_timer_free(item->timer);
	item->began_us = loop_now_us();
	item->timer = NULL;
	if (item->target.kind == TARGET_DEMO) {
		found_demo(item);
		return;
	}
	if (found_literal(item))
		return;
	item->routing = route_find(f->env->loop, session_env_dns(f->env), &item->target, &item->spec->session->route,
	    item->spec->session->timeouts.resolve, &item->looking, on_routed, on_note, item);
}

/* ---- what begins when */

static size_t
ahead(const struct fleet *f)
{
	return f->jobs < AHEAD ? f->jobs : AHEAD;
}

static void
begin_items(struct fleet *f)
{
	while (f->waiting && !f->stopped && f->looking < f->jobs && f->nready + f->running < f->jobs + ahead(f)) {
		struct item *item = f->waiting;
		if (!(f->waiting = item->queued))
			f->waiting_end = &f->waiting;
		f->nwaiting--;
		f->begun++;
		f->looking++;
		if (f->opts.spread_ms) {
			item->timer = loop_timer(f->env->loop, look_up, item);
			loop_timer_set(item->timer, (uint64_t)random() % f->opts.spread_ms);
		} else {
			look_up(item, 0);
		}
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
		struct slot *s = f->ready.first;
		if (!s->host && s->hop.naddr > 0) {
			struct peer *h = peer_of(f, &s->hop.addr[0]);
			if (h->running >= f->opts.per_host) {
				list_take(&f->ready);
				f->nready--;
				s->next = NULL;
				*h->last = s;
				h->last = &s->next;
				continue;
			}
			h->running++;
			s->host = h;
		} else if (!s->host) {
			s->host = peer_of(f, &(struct addr){ 0 });
			s->host->running++;
		}
		if (!pace_allows(f))
			return;
		list_take(&f->ready);
		f->nready--;
		start(s);
	}
}

static void
work(void *ctx, unsigned ready)
{
	struct fleet *f = ctx;
	struct slot *s;

	(void)ready;
	while ((s = list_take(&f->ended)))
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
	if (f->running >= f->jobs && f->nready > 0 && f->finished - f->finished_at_tick < f->jobs / 16 && f->jobs < JOBS_MOST)
		f->jobs *= 2;
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

	*f = (struct fleet){ .env = env, .opts = *opts, .fns = *fns, .jobs = opts->jobs ? opts->jobs : JOBS_FIRST };
	if (!f->opts.per_host)
		f->opts.per_host = PER_HOST;
	f->began_us = loop_now_us();
	f->waiting_end = &f->waiting;
	list_init(&f->ready);
	list_init(&f->ended);
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
		free_item(f->items);
	for (size_t i = 0; i < HOSTS; i++)
		for (struct peer *h = f->host[i], *next; h; h = next) {
			next = h->next;
			free(h);
		}
	loop_idle_free(f->hook);
	loop_timer_free(f->pace);
	loop_timer_free(f->tick);
	free(f);
}

void
fleet_add(struct fleet *f, const struct target *target, const struct fleet_spec *spec, const char *name)
{
	struct item *item = memory_zeroed(sizeof *item);

	*item = (struct item){ .fleet = f, .spec = spec, .target = *target, .number = ++f->sum.targets };
	item->target.text = arena_copy(&item->arena, target->text);
	item->target.host = arena_copy(&item->arena, target->host);
	item->target.sender = SPAN_NONE;
	item->name = name ? arena_string(&item->arena, span_of(name)) : NULL;
	item->next = f->items;
	item->back = &f->items;
	if (f->nwaiting == 0)
		loop_timer_set(f->pace, 0);	/* what is new is taken up by the hook, which needs a wake-up */
	if (f->items)
		f->items->back = &item->next;
	f->items = item;
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
	list_init(&f->ready);
	list_init(&f->ended);
	f->nwaiting = f->nready = f->running = 0;
	f->ended_us = loop_now_us();
}

struct fleet_summary
fleet_summary(const struct fleet *f)
{
	struct fleet_summary sum = f->sum;

	sum.wall_us = (f->ended_us ? f->ended_us : loop_now_us()) - f->began_us;
	return sum;
}

size_t
fleet_in_flight(const struct fleet *f)
{
	return f->running;
}
