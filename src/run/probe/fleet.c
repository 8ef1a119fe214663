/*
 * fleet - many probes on one loop.
 *
 * A target is an item. It waits for its turn, its addresses are looked up, and each becomes a slot,
 * which is probed (again, if a retry may help) and reported; the item is over when its last slot
 * is. A slot is on at most one list: the fleet's ready slots, those that wait for their peer or for
 * the domain's policy, and those whose probe has ended. Callbacks of probes and lookups only put a
 * slot on a list; the fleet's hook (fleet_work) begins and ends everything between wake-ups.
 */
#include "run/probe/fleet.h"

#include <assert.h>
#include <stdlib.h>

#include "run/probe/peers.h"
#include "run/probe/policy.h"
#include "run/route/lookup.h"

enum {
	JOBS_FIRST = 256,
	JOBS_MOST = 4096,
	AHEAD = 256,			/* maximum of targets looked up before their turn */
	PER_HOST = 2,
	TICK_MS = 100,
	RETRY_MS = 1000,
	ITEM_NOTES_MAX = 8,
};

struct item;

/* One address of one target, or all addresses of one host (ADDRESSES_FIRST, ADDRESSES_ANY). */
struct slot {
	struct turn turn;		/* the first member: slot_of */
	struct item *item;
	struct route_hop hop;
	struct span domain;
	bool mx, implicit;
	const struct session_opts *session;	/* one of spec->session */
	/* the first of its addresses, if none of them may be connected to; else NULL */
	const struct addr *barred;
	struct span lost;		/* why it has no address; empty: it has one */
	enum err_cause why_lost;
	struct dns_doubt doubt;
	struct lookup_query *reverse;	/* reverse lookup, made after the probe */
	struct probe *probe;
	struct probe_result result;
	struct loop_timer *timer;	/* until the next attempt */
	unsigned attempt;
	/* probed, and waiting for other addresses of its host; reported */
	bool held, over;
	bool offers;			/* STARTTLS */
};

struct item {
	struct item *next, **back;	/* list of all unfinished items */
	struct item *queued;
	struct fleet *fleet;
	/* looking: for the lookup alone, which needs much memory and leaves little */
	struct arena arena, looking;
	struct target target;
	const struct fleet_spec *spec;
	const char *name;
	size_t number;
	struct route_query *routing;
	struct policy *policy;		/* NULL: not asked for */
	struct turns held;		/* slots probed that wait for the policy */
	struct loop_timer *timer;	/* until the lookup, or its retry, begins */
	const struct route *route, *found;	/* route: NULL if the lookup failed */
	struct span note[ITEM_NOTES_MAX];
	size_t nnotes;
	uint64_t began_us, found_us;
	unsigned attempt;		/* number of the lookup */
	struct slot *slots;		/* not in an arena, which would take twice as much */
	size_t nslots, left, passed, judged;
	enum health state;
};

struct fleet {
	struct session_env *env;
	struct fleet_opts opts;
	struct fleet_fns fns;
	struct loop_idle *hook;
	struct loop_timer *tick, *pace;	/* pace: until --rate allows the next */
	struct item *items, **items_end, *waiting, **waiting_end;
	size_t nwaiting, looking, running, begun, finished, finished_at_tick;
	unsigned jobs;
	uint64_t began_us, ended_us, next_us;
	struct turns ready, ended;
	struct peers peers;
	bool over, stopped;
	struct fleet_summary sum;
};

/* Returns what is left of `all_ms` after `gone_ms`, or `limit_ms` if that is less; 0: unlimited. */
static uint64_t
time_left_ms(uint64_t all_ms, uint64_t gone_ms, uint64_t limit_ms)
{
	uint64_t left = all_ms > gone_ms ? all_ms - gone_ms : 1;

	return !all_ms || (limit_ms && limit_ms < left) ? limit_ms : left;
}

static struct slot *
slot_of(struct turn *t)
{
	return (struct slot *)t;
}

/* ---- items: the end */

static void
slot_free(struct slot *s)
{
	probe_free(s->probe);
	lookup_free(s->reverse);
	loop_timer_free(s->timer);
	arena_release(&s->result.arena);
	s->probe = NULL;
	s->reverse = NULL;
	s->timer = NULL;
}

static void
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

/* Reports an item and frees it. */
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
	item_free(item);
}

/* Frees the lookup; what is needed of it has been copied. */
static void
item_found(struct item *item)
{
	route_free(item->routing);
	item->routing = NULL;
	item->found = NULL;
	arena_release(&item->looking);
}

/*
 * ---- STARTTLS that one address of a host offers and another does not: a firewall may have removed
 * it
 */

static bool
offer_is_made(const struct probe_result *r)
{
	return r->clear && extensions_offer(r->clear, "STARTTLS");
}

static bool
offer_is_missing(const struct slot *s)
{
	const struct probe_result *r = &s->result;

	return r->clear && !offer_is_made(r) && !s->item->spec->probe->helo &&
	    (r->tls_mode == TARGET_TLS_TRY || r->tls_mode == TARGET_TLS_STARTTLS);
}

/* Returns whether another address of the same host may yet offer STARTTLS. */
static bool
offer_is_to_come(const struct item *item, const struct slot *s)
{
	for (size_t i = 0; i < item->nslots; i++) {
		const struct slot *other = &item->slots[i];
		if (other != s && !other->over && !other->held &&
		    span_eq(other->hop.host, s->hop.host))
			return true;
	}
	return false;
}

static void
offer_look_elsewhere(struct slot *s)
{
	const struct item *item = s->item;

	for (size_t i = 0; i < item->nslots && !s->result.elsewhere; i++)
		if (item->slots[i].offers && span_eq(item->slots[i].hop.host, s->hop.host))
			s->result.elsewhere = item->slots[i].hop.addr;
}

/*
 * Returns true if STARTTLS is missing and it is not known yet whether the same host offers it
 * elsewhere. The slot is then on no list, and ends later.
 */
static bool
offer_holds(struct slot *s)
{
	enum probe_addresses how = s->item->fleet->opts.addresses;

	if ((how != ADDRESSES_ALL && how != ADDRESSES_UNSET) || !offer_is_missing(s))
		return false;
	s->held = offer_is_to_come(s->item, s);
	if (!s->held)
		offer_look_elsewhere(s);
	return s->held;
}

/* Returns a held slot that need not wait any longer; NULL: none. */
static struct slot *
offer_release(struct item *item)
{
	for (size_t i = 0; i < item->nslots; i++) {
		struct slot *s = &item->slots[i];
		if (!s->held || offer_is_to_come(item, s))
			continue;
		s->held = false;
		offer_look_elsewhere(s);
		return s;
	}
	return NULL;
}

/* ---- slots: probed when their turn comes, retried where that may help, reported */

static void
slot_ready(struct slot *s)
{
	turns_add(&s->item->fleet->ready, &s->turn);
}

static void
slot_tell(struct slot *s)
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
	f->fns.report(f->fns.ctx,
	    &(struct fleet_report){
		.target = item->target.text,
		.name = item->name,
		.result = &s->result,
		.verdict = &verdict,
		.begun = f->begun,
		.over = f->finished,
	    });
}

/*
 * Returns whether to retry. Failures of this side and of the network may pass; what the server
 * replied stands.
 */
static bool
slot_may_retry(const struct slot *s)
{
	const struct probe_result *r = &s->result;

	return s->attempt <= s->item->fleet->opts.retries && !s->barred && s->lost.len == 0 &&
	    r->err != ERR_NONE && !r->reply[r->phase] &&
	    (r->phase <= PHASE_BANNER || r->err == ERR_TIMEOUT || r->eof);
}

static void
slot_on_retry(void *ctx, unsigned ready)
{
	struct slot *s = ctx;

	(void)ready;
	slot_ready(s);
}

static void
slot_on_names(void *ctx, const struct lookup *up)
{
	struct slot *s = ctx;
	bool found = up->nhosts > 0 && up->host[0].hop->naddr > 0;

	s->result.reverse = found ? &up->host[0].address[0] : NULL;
	turns_add(&s->item->fleet->ended, &s->turn);
}

/*
 * Starts the lookup of the address's names (PTR) and their confirmation, if wanted. Returns false
 * if there is nothing to ask, also while the probe may be retried, since a retry makes a new
 * result.
 */
static bool
slot_asks_names(struct slot *s)
{
	static const struct route_opts any = { 0 };
	struct fleet *f = s->item->fleet;
	struct probe_result *r = &s->result;
	char text[ADDR_TEXT];

	if (!s->item->spec->judge->expect_ptr || s->reverse || f->stopped || slot_may_retry(s) ||
	    !(r->ran & 1u << PHASE_BANNER) || !addr_family(&r->addr))
		return false;
	struct target *t = ARENA_NEW(&r->arena, struct target);
	t->kind = TARGET_HOST;
	t->text = t->host = arena_copy(&r->arena, span_of(addr_host(&r->addr, text)));
	t->port = addr_port(&r->addr);
	struct lookup_env env = { .loop = f->env->loop,
		.dns = session_env_dns(f->env),
		.opts = &any,
		.arena = &r->arena,
		.until_us = lookup_until(time_left_ms(s->item->spec->probe->total_ms,
		    r->total_us / 1000, s->session->timeouts.resolve)) };
	s->reverse = lookup_start(&env, t, LOOKUP_HOST, slot_on_names, s);
	return true;
}

/* Returns true if the domain's policy is not known yet; the slot then waits on the item's list. */
static bool
slot_awaits_policy(struct slot *s)
{
	struct policy *p = s->item->policy;

	if (!p)
		return false;
	if (!policy_is_known(p)) {
		turns_add(&s->item->held, &s->turn);
		return true;
	}
	s->result.sts = policy_sts(p);
	s->result.tlsrpt = policy_tlsrpt(p);
	return false;
}

static void
slot_end(struct slot *s)
{
	s->offers = offer_is_made(&s->result);
	slot_tell(s);
	slot_free(s);
	s->over = true;
	s->item->left--;
}

/* Called when a slot's probe, or the lookup after it, has ended: reports the slot or retries it. */
static void
slot_over(struct slot *s)
{
	struct item *item = s->item;
	struct fleet *f = item->fleet;
	bool any = f->opts.addresses == ADDRESSES_ANY,
	     again = slot_may_retry(s) && !f->stopped;
	struct turn *next;

	if (slot_asks_names(s) || (!slot_may_retry(s) && !f->stopped && slot_awaits_policy(s)))
		return;
	assert(f->running > 0);
	f->running--;
	if ((next = peers_leave(&f->peers, &s->turn)))
		turns_put_back(&f->ready, next);
	if (again) {
		probe_free(s->probe);
		s->probe = NULL;
		arena_release(&s->result.arena);
		if (!s->timer)
			s->timer = loop_timer(f->env->loop, slot_on_retry, s);
		loop_timer_set(s->timer, f->opts.retry_wait_ms);
		return;
	}
	if (offer_holds(s))
		return;
	slot_end(s);
	for (struct slot *other; (other = offer_release(item));)
		slot_end(other);
	if (item->left == 0 || (any && item->passed > 0))
		item_over(item, true);
	else if (any)
		slot_ready(s + 1);
}

static void
slot_on_probe(void *ctx, struct probe *p)
{
	struct slot *s = ctx;
	unsigned now = s->hop.naddr > 0 ? peers_at_work(&s->turn) : 0;

	(void)p;
	if (s->result.connections < now)
		s->result.connections = now;
	turns_add(&s->item->fleet->ended, &s->turn);
}

static void
slot_on_event(void *ctx, const struct event *e)
{
	struct slot *s = ctx;
	struct fleet *f = s->item->fleet;
	struct event told = *e;

	if (f->opts.numbered)
		told.session = (unsigned)(s - s->item->slots) + 1;
	if (f->fns.watch)
		f->fns.watch(f->fns.ctx, &told);
}

/* Ends a slot that has nothing to connect to. */
static void
slot_fail(struct slot *s, enum probe_phase phase, enum err_kind err, struct span text)
{
	s->result.phase = phase;
	s->result.err = err;
	s->result.ran = 1u << phase;
	s->result.tls_mode = probe_tls_mode(s->session, &s->item->target);
	s->result.text = arena_copy(&s->result.arena, text);
	turns_add(&s->item->fleet->ended, &s->turn);
}

static void
slot_start(struct slot *s)
{
	struct item *item = s->item;
	struct fleet *f = item->fleet;

	item_found(item);
	s->attempt++;
	s->result = (struct probe_result){
		.target = &item->target,
		.number = item->number,
		.attempt = s->attempt,
		.domain = s->domain,
		.way = s->session->way,
		.host = s->hop.host,
		.preference = s->hop.preference,
		.mx = s->mx,
		.implicit = s->implicit,
		.note = item->note,
		.nnotes = item->nnotes,
		.dane_required = s->session->dane == DANE_REQUIRE,
		.dane_aside = s->session->dane == DANE_ASIDE,
	};
	if (s->hop.naddr > 0) {
		s->result.addr = s->hop.addr[0];
		s->result.connections = peers_at_work(&s->turn);
	}
	s->result.us[PHASE_RESOLVE] = item->found_us - item->began_us;
	f->running++;
	if (s->barred) {
		char host[ADDR_TEXT];
		s->result.addr = *s->barred;
		slot_fail(s, PHASE_CONNECT, ERR_USAGE,
		    arena_printf(&s->result.arena, "probing %s is not permitted (--allow-target)",
			addr_host(s->barred, host)));
		return;
	}
	if (s->lost.len > 0) {
		s->result.cause = s->why_lost;
		s->result.doubt = s->doubt;
		slot_fail(s, PHASE_RESOLVE, ERR_DNS, s->lost);
		return;
	}
	s->probe = probe_new(&(struct probe_job){
	    .env = f->env,
	    .session = s->session,
	    .opts = item->spec->probe,
	    .target = &item->target,
	    .hop = &s->hop,
	    .result = &s->result,
	    .done = slot_on_probe,
	    .watch = f->opts.watch ? slot_on_event : NULL,
	    .ctx = s,
	});
}

/* ---- items: the lookup of a target, whose addresses become slots */

static const struct dane_path *
copy_path(const struct dane_path *path, struct arena *arena)
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

/* Adds a slot with those of the addresses that may be connected to. */
static struct slot *
item_add_slot(struct item *item, const struct session_opts *session, const struct route_hop *hop,
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
		.path = copy_path(hop->path, &item->arena),
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
	return s;
}

/* Adds a slot for each way to probe these addresses. */
static void
item_add_slots(
    struct item *item, const struct route_hop *hop, const struct addr *addr, size_t naddr)
{
	const struct fleet_spec *spec = item->spec;

	for (size_t i = 0; i < (spec->nsessions ? spec->nsessions : 1); i++)
		item_add_slot(item, &spec->session[i], hop, addr, naddr);
}

static void
item_make_slots(struct item *item)
{
	const struct route *route = item->route;
	enum probe_addresses how = item->fleet->opts.addresses;
	bool all = how == ADDRESSES_ALL || how == ADDRESSES_UNSET;
	size_t n = 0, ways = item->spec->nsessions ? item->spec->nsessions : 1;

	for (size_t i = 0; i < route->nhops; i++)
		n += all && route->hop[i].naddr > 0 ? route->hop[i].naddr : 1;
	if (all && route->nall > route->nhops)
		n += route->nall - route->nhops;
	item->slots = memory_zeroed(n * ways * sizeof *item->slots);
	for (size_t i = 0; i < route->nhops; i++) {
		const struct route_hop *hop = &route->hop[i];
		if (hop->naddr == 0 || how == ADDRESSES_ANY || (how == ADDRESSES_FIRST && i == 0))
			item_add_slots(item, hop, hop->addr, hop->naddr);
		for (size_t k = 0; all && k < hop->naddr; k++)
			item_add_slots(item, hop, &hop->addr[k], 1);
	}
	/* An MX without an address is as bad as one that does not answer. */
	for (size_t i = route->nhops; all && i < route->nall; i++) {
		const struct route_hop *hop = &route->hop[i];
		struct slot *s = item_add_slot(item, item->spec->session, hop, NULL, 0);
		s->why_lost = hop->found->cause;
		s->doubt = hop->found->doubt;
		s->lost = arena_printf(&item->arena, "%.*s has no address: %.*s",
		    SPAN_ARG(hop->host), SPAN_ARG(hop->found->why));
	}
	item->left = item->nslots;
}

static void
item_not_found(struct item *item, const struct err *err)
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
	if (item->found)
		s->result.doubt = item->found->doubt;
	if (item->found && item->found->nall > 0) {
		struct route *routed = ARENA_NEW(&s->result.arena, struct route);
		*routed = *item->found;
		routed->nall = 1;
		routed->hop = ARENA_NEW(&s->result.arena, struct route_hop);
		routed->hop->host = arena_copy(&s->result.arena, item->found->hop[0].host);
		routed->hop->preference = item->found->hop[0].preference;
		s->result.routed = routed;
	}
	s->result.text = arena_copy(&s->result.arena, span_of(err->text));
	slot_tell(s);
	item_over(item, true);
}

static void item_look_up(void *ctx, unsigned ready);

static void
item_on_found(struct item *item, const struct err *err)
{
	struct fleet *f = item->fleet;

	if (!item->route && item->attempt <= f->opts.retries && !f->stopped) {
		item->timer = loop_timer(f->env->loop, item_look_up, item);
		loop_timer_set(item->timer, f->opts.retry_wait_ms);
		return;
	}
	f->looking--;
	item->found_us = loop_now_us();
	if (!item->route) {
		item_not_found(item, err);
		return;
	}
	item_make_slots(item);
	/* the route may be on the caller's stack, and the item may be gone after slot_ready */
	item->route = NULL;
	for (size_t i = 0; i < (f->opts.addresses == ADDRESSES_ANY ? 1 : item->nslots); i++)
		slot_ready(&item->slots[i]);
}

static void
item_on_route(void *ctx, const struct route *route, const struct err *err)
{
	struct item *item = ctx;

	item->found = route;
	item->route = err->kind == ERR_NONE ? route : NULL;
	item_on_found(item, err);
}

static void
item_on_note(void *ctx, struct span note, bool found)
{
	struct item *item = ctx;

	if (found && item->nnotes < ITEM_NOTES_MAX)
		item->note[item->nnotes++] = arena_copy(&item->arena, note);
}

/*
 * Makes the slots of an address literal or a path, which needs no lookup. Returns false for other
 * targets.
 */
static bool
item_is_literal(struct item *item)
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
		return false;				/* the lookup has the error message */
	// cppcheck-suppress autoVariables ; item_on_found takes it back
	item->route = &route;
	item_on_found(item, NULL);
	return true;
}

static void
item_on_policy(void *ctx)
{
	struct item *item = ctx;
	struct turn *t;

	while ((t = turns_take(&item->held)))
		turns_add(&item->fleet->ended, t);
}

/* Asks for the domain's policy once, if it is wanted. */
static void
item_ask_policy(struct item *item)
{
	struct session_env *env = item->fleet->env;
	const struct session_opts *o = item->spec->session;
	uint64_t ms = item->spec->probe->total_ms;

	if (item->spec->judge->sts == JUDGE_STS_OFF || item->target.kind != TARGET_MX ||
	    item->policy)
		return;
	item->policy = policy_ask(
	    &(struct sts_way){
		.env = { .loop = env->loop,
		    .dns = session_env_dns(env),
		    .opts = &o->route,
		    .arena = &item->arena,
		    .until_us = ms ? item->began_us + ms * 1000 : 0 },
		.proxy = &o->proxy,
		.ca = env->tls.ca,
		.timeout_ms = o->timeouts.connect,
		.allow = item->fleet->opts.allow,
		.nallow = item->fleet->opts.nallow,
	    },
	    item->target.host, item_on_policy, item);
}

static void
item_look_up(void *ctx, unsigned ready)
{
	struct item *item = ctx;
	struct fleet *f = item->fleet;

	(void)ready;
	loop_timer_free(item->timer);
	item->timer = NULL;
	item_found(item);		/* of an earlier lookup */
	item->nnotes = 0;
	if (item->attempt++ == 0 || item->fleet->opts.retries > 0)
		item->began_us = loop_now_us();
	if (item->target.kind == TARGET_DEMO) {
		static struct route_hop hop = { .host = SPAN_INIT("demo.smtpsh.example") };
		static const struct route route = { .hop = &hop, .nhops = 1 };
		item->route = &route;		/* it has no address, but gets one slot */
		item_on_found(item, NULL);
		return;
	}
	if (item_is_literal(item))
		return;
	item_ask_policy(item);
	uint64_t gone_ms = (loop_now_us() - item->began_us) / 1000;
	struct lookup_env env = { .loop = f->env->loop,
		.dns = session_env_dns(f->env),
		.opts = &item->spec->session->route,
		.arena = &item->looking,
		.until_us = lookup_until(time_left_ms(item->spec->probe->total_ms, gone_ms,
		    item->spec->session->timeouts.resolve)) };
	item->routing = route_find(&env, &item->target, item_on_route, item_on_note, item);
}

static void
item_begin(struct item *item)
{
	struct fleet *f = item->fleet;

	f->looking++;
	if (!f->opts.spread_ms) {
		item_look_up(item, 0);
		return;
	}
	item->timer = loop_timer(f->env->loop, item_look_up, item);
	loop_timer_set(item->timer, (uint64_t)random() % f->opts.spread_ms);
}

/* ---- the fleet: what begins when, and how many at once */

static size_t
fleet_ahead(const struct fleet *f)
{
	return f->jobs < AHEAD ? f->jobs : AHEAD;
}

static void
fleet_begin_items(struct fleet *f)
{
	while (f->waiting && !f->stopped && f->looking < f->jobs &&
	    f->ready.n + f->running < f->jobs + fleet_ahead(f)) {
		struct item *item = f->waiting;
		if (!(f->waiting = item->queued))
			f->waiting_end = &f->waiting;
		f->nwaiting--;
		f->begun++;
		item_begin(item);
	}
}

static bool
fleet_pace_allows(struct fleet *f)
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
fleet_start_slots(struct fleet *f)
{
	while (f->ready.first && f->running < f->jobs && !f->stopped) {
		struct slot *s = slot_of(turns_take(&f->ready));
		/* the built-in server has no address, and every probe gets one of its own */
		if (!s->turn.peer &&
		    !peers_enter(&f->peers, &s->turn, s->hop.naddr > 0 ? s->hop.addr : NULL,
			f->opts.per_host))
			continue;
		if (!fleet_pace_allows(f)) {
			turns_put_back(&f->ready, &s->turn);
			return;
		}
		slot_start(s);
	}
}

static void
fleet_work(void *ctx, unsigned ready)
{
	struct fleet *f = ctx;
	struct turn *t;

	(void)ready;
	while ((t = turns_take(&f->ended)))
		slot_over(slot_of(t));
	fleet_begin_items(f);
	fleet_start_slots(f);
	if (f->stopped && !f->over)
		fleet_stop(f);
	if (f->over && !f->items && !f->ended_us)
		f->ended_us = loop_now_us();
}

/* Raises the number of probes at once while those that run only wait for servers. */
static void
fleet_on_tick(void *ctx, unsigned ready)
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
fleet_on_pace(void *ctx, unsigned ready)
{
	(void)ctx, (void)ready;		/* only wakes the hook up */
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
	turns_init(&f->ready);
	turns_init(&f->ended);
	f->hook = loop_idle(env->loop, fleet_work, f);
	f->pace = loop_timer(env->loop, fleet_on_pace, f);
	f->tick = loop_timer(env->loop, fleet_on_tick, f);
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
	peers_release(&f->peers);
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

	assert(!f->over && spec->session && spec->probe && spec->judge);
	*item = (struct item){
		.fleet = f, .spec = spec, .target = *target, .number = ++f->sum.targets
	};
	item->target.text = arena_copy(&item->arena, target->text);
	item->target.host = arena_copy(&item->arena, target->host);
	item->target.sender = SPAN_NONE;
	item->name = name ? arena_string(&item->arena, span_of(name)) : NULL;
	turns_init(&item->held);
	item->back = f->items_end;
	if (f->nwaiting == 0)
		/* the hook, which takes up new items, needs a wake-up */
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
	return !f->stopped && f->nwaiting < fleet_ahead(f);
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
	turns_init(&f->ready);
	turns_init(&f->ended);
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

const char *
fleet_waits_for(const struct fleet *f)
{
	const struct item *item = f->items;

	if (!item || item->nslots == 0)
		return item ? wait_phrase(WAIT_ROUTE, VERB_OTHER) : NULL;
	for (size_t i = 0; i < item->nslots; i++)
		if (item->slots[i].probe && !item->slots[i].over)
			return probe_waits_for(item->slots[i].probe);
	return NULL;
}
