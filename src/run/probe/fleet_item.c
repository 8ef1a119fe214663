/* fleet - one target: its addresses are found, and become slots. */
#include "run/probe/fleet_impl.h"

#include <stdlib.h>

void
item_free(struct item *item)
{
	for (size_t i = 0; i < item->nslots; i++)
		slot_free(&item->slots[i]);
	free(item->slots);
	route_free(item->routing);
	policy_free(item->policy);
	loop_timer_free(item->timer);
	*item->back = item->next;
	if (item->next)
		item->next->back = item->back;
	else
		item->fleet->items_end = item->back;
	if (item->spec->release)
		item->spec->release(item->spec);
	arena_release(&item->looking);
	arena_release(&item->arena);
	free(item);
}

void
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
	item_free(item);
}

/* What it might still find beside is not wanted; what is needed of it was copied. */
void
item_found(struct item *item)
{
	route_free(item->routing);
	item->routing = NULL;
	arena_release(&item->looking);
}

static const struct dane_path *
keep_path(const struct dane_path *path, struct arena *arena)
{
	if (!path)
		return NULL;
	struct dane_path *copy = ARENA_NEW(arena, struct dane_path);
	struct span *own[] = { &copy->host, &copy->alias, &copy->domain, &copy->domain_alias };

	*copy = *path;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		*own[i] = arena_copy(arena, *own[i]);
	return copy;
}

static void
add_slot(struct item *item, const struct session_opts *session, const struct route_hop *hop,
    const struct addr *addr, size_t naddr)
{
	const struct fleet_opts *o = &item->fleet->opts;
	struct slot *s = &item->slots[item->nslots++];
	struct addr *own = ARENA_ARRAY(&item->arena, struct addr, naddr);
	size_t n = 0;

	s->item = item;
	s->session = session;
	s->hop = (struct route_hop){
		.host = span_eq(hop->host, item->target.host) ? item->target.host :
								arena_copy(&item->arena, hop->host),
		.preference = hop->preference,
		.addr = own,
		.in_order = o->addresses == ADDRESSES_FIRST,
		.path = keep_path(hop->path, &item->arena),
	};
	for (size_t i = 0; i < naddr; i++)
		if (addr_is_allowed(o->allow, o->nallow, &addr[i]))
			own[n++] = addr[i];
	s->hop.naddr = n;
	if (n == 0 && naddr > 0) {
		own[0] = addr[0];
		s->barred = own;
	}
	s->domain = item->target.kind == TARGET_MX ? item->target.host : SPAN_NONE;
	s->mx = item->route->mx;
	s->implicit = item->route->implicit;
}

/* Each address as often as there are ways to probe it. */
static void
add_slots(struct item *item, const struct route_hop *hop, const struct addr *addr, size_t naddr)
{
	const struct fleet_spec *spec = item->spec;

	for (size_t i = 0; i < (spec->nsessions ? spec->nsessions : 1); i++)
		add_slot(item, &spec->session[i], hop, addr, naddr);
}

/* An MX that has no address is as bad as one that does not answer. */
static void
add_lost(struct item *item, const struct route_hop *hop)
{
	add_slot(item, item->spec->session, hop, NULL, 0);
	item->slots[item->nslots - 1].why_lost = hop->found->cause;
	item->slots[item->nslots - 1].lost = arena_printf(&item->arena, "%.*s has no address: %.*s",
	    SPAN_ARG(hop->host), SPAN_ARG(hop->found->why));
}

static void
make_slots(struct item *item)
{
	const struct route *route = item->route;
	enum probe_addresses how = item->fleet->opts.addresses;
	bool all = how == ADDRESSES_ALL || how == ADDRESSES_UNSAID;
	size_t n = 0, ways = item->spec->nsessions ? item->spec->nsessions : 1;

	for (size_t i = 0; i < route->nhops; i++)
		n += all && route->hop[i].naddr > 0 ? route->hop[i].naddr : 1;
	if (all && route->nall > route->nhops)
		n += route->nall - route->nhops;
	item->slots = memory_zeroed(n * ways * sizeof *item->slots);
	for (size_t i = 0; i < route->nhops; i++) {
		const struct route_hop *hop = &route->hop[i];
		if (hop->naddr == 0 || how == ADDRESSES_ANY)
			add_slots(item, hop, hop->addr, hop->naddr);
		else if (how == ADDRESSES_FIRST && i == 0)
			add_slots(item, hop, hop->addr, hop->naddr);
		for (size_t k = 0; all && k < hop->naddr; k++)
			add_slots(item, hop, &hop->addr[k], 1);
	}
	for (size_t i = route->nhops; all && i < route->nall; i++)
		add_lost(item, &route->hop[i]);
	item->left = item->nslots;
}

static void
not_found(struct item *item, const struct err *err)
{
	static const struct err unknown = { .kind = ERR_DNS, .cause = CAUSE_NO_ADDRESS };
	struct slot *s = item->slots = memory_zeroed(sizeof *s);

	if (!err)
		err = &unknown;
	item->nslots = item->left = 1;
	s->item = item;
	s->result = (struct probe_result){
		.target = &item->target,
		.number = item->number,
		.attempt = item->attempt,
		.host = item->target.host,
		.phase = PHASE_RESOLVE,
		.err = err->kind,
		.cause = err->cause,
		.sys = err->sys,
		.ran = 1u << PHASE_RESOLVE,
		.us[PHASE_RESOLVE] = item->found_us - item->began_us,
		.total_us = item->found_us - item->began_us,
		.tls_mode = probe_tls_mode(item->spec->session, &item->target),
		.note = item->note,
		.nnotes = item->nnotes,
	};
	s->result.domain = item->target.kind == TARGET_MX ? item->target.host : SPAN_NONE;
	s->result.text = arena_copy(&s->result.arena, span_of(err->text));
	slot_tell(s);
	item_over(item, true);
}

static void look_up(void *ctx, unsigned ready);

static void
found(struct item *item, const struct err *err)
{
	struct fleet *f = item->fleet;

	if (!item->route && item->attempt <= f->opts.retries && !f->stopped) {
		item->timer = loop_timer(f->env->loop, look_up, item);
		loop_timer_set(item->timer, f->opts.retry_wait_ms);
		return;
	}
	f->looking--;
	item->found_us = loop_now_us();
	if (!item->route) {
		not_found(item, err);
		return;
	}
	make_slots(item);
	/* it may be the caller's; and the item may be gone behind slot_ready */
	item->route = NULL;
	for (size_t i = 0; i < (f->opts.addresses == ADDRESSES_ANY ? 1 : item->nslots); i++)
		slot_ready(&item->slots[i]);
}

static void
on_routed(void *ctx, const struct route *route, const struct err *err)
{
	struct item *item = ctx;

	item->route = err->kind == ERR_NONE ? route : NULL;
	found(item, err);
}

static void
on_note(void *ctx, struct span note, bool found)
{
	struct item *item = ctx;

	if (found && item->nnotes < ITEM_NOTES_MAX)
		item->note[item->nnotes++] = arena_copy(&item->arena, note);
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

	if (t->kind == TARGET_UNIX ? !addr_unix(&addr, t->host, NULL) :
				     t->kind != TARGET_HOST || !addr_parse(&addr, t->host, t->port))
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
	found(item, NULL);
}

static void
look_up(void *ctx, unsigned ready)
{
	struct item *item = ctx;
	struct fleet *f = item->fleet;

	(void)ready;
	loop_timer_free(item->timer);
	item->timer = NULL;
	item_found(item);		/* what an earlier look-up left */
	item->nnotes = 0;
	if (item->attempt++ == 0 || item->fleet->opts.retries > 0)
		item->began_us = loop_now_us();
	if (item->target.kind == TARGET_DEMO) {
		found_demo(item);
		return;
	}
	if (found_literal(item))
		return;
	policy_ask(item);
	item->routing = route_find(f->env->loop, session_env_dns(f->env), &item->target,
	    &item->spec->session->route, item_left_ms(item, item->spec->session->timeouts.resolve),
	    &item->looking, on_routed, on_note, item);
}

uint64_t
item_left_ms(const struct item *item, uint64_t limit_ms)
{
	uint64_t all = item->spec->probe->total_ms, gone = (loop_now_us() - item->began_us) / 1000,
		 left = all > gone ? all - gone : 1;

	return !all || (limit_ms && limit_ms < left) ? limit_ms : left;
}

void
item_begin(struct item *item)
{
	struct fleet *f = item->fleet;

	f->looking++;
	if (!f->opts.spread_ms) {
		look_up(item, 0);
		return;
	}
	item->timer = loop_timer(f->env->loop, look_up, item);
	loop_timer_set(item->timer, (uint64_t)random() % f->opts.spread_ms);
}
