/* fleet - one address: probed when its turn comes, tried again where that may help, told. */
#include "run/probe/fleet_impl.h"

void
slot_list_init(struct slot_list *list)
{
	list->first = NULL;
	list->last = &list->first;
	list->n = 0;
}

void
slot_list_add(struct slot_list *list, struct slot *s)
{
	s->next = NULL;
	*list->last = s;
	list->last = &s->next;
	list->n++;
}

void
slot_list_put_back(struct slot_list *list, struct slot *s)
{
	s->next = list->first;
	if (!list->first)
		list->last = &s->next;
	list->first = s;
	list->n++;
}

struct slot *
slot_list_take(struct slot_list *list)
{
	struct slot *s = list->first;

	if (!s)
		return NULL;
	if (!(list->first = s->next))
		list->last = &list->first;
	list->n--;
	return s;
}

void
slot_free(struct slot *s)
{
	probe_free(s->probe);
	reverse_free(s->reverse);
	loop_timer_free(s->timer);
	arena_release(&s->result.arena);
	s->probe = NULL;
	s->reverse = NULL;
	s->timer = NULL;
}

void
slot_ready(struct slot *s)
{
	slot_list_add(&s->item->fleet->ready, s);
}

void
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

/* Its own failures and those of the way may pass; a verdict of the server's stands. */
static bool
may_retry(const struct slot *s)
{
	const struct probe_result *r = &s->result;

	return s->attempt <= s->item->fleet->opts.retries && !s->barred && s->lost.len == 0 &&
	    r->err != ERR_NONE && !r->reply[r->phase] &&
	    (r->phase <= PHASE_BANNER || r->err == ERR_TIMEOUT || r->eof);
}

static void
on_retry(void *ctx, unsigned ready)
{
	struct slot *s = ctx;

	(void)ready;
	slot_ready(s);
}

static void
on_reverse(void *ctx, const struct lookup_address *names)
{
	struct slot *s = ctx;

	s->result.reverse = names;
	slot_list_add(&s->item->fleet->ended, s);
}

/* Of the time of this address, for what is asked behind its probe. */
static uint64_t
left_ms(const struct slot *s)
{
	uint64_t all = s->item->spec->probe->total_ms, gone = s->result.total_us / 1000,
		 limit = s->session->timeouts.resolve;
	uint64_t left = all > gone ? all - gone : 1;

	return !all || (limit && limit < left) ? limit : left;
}

/* Not while it may be tried again: then the result is made anew. */
static bool
wants_names(const struct slot *s)
{
	return s->item->spec->judge->expect_ptr && !s->reverse && !s->item->fleet->stopped &&
	    !may_retry(s) && (s->result.ran & 1u << PHASE_BANNER) && addr_family(&s->result.addr);
}

static void
try_again(struct slot *s)
{
	struct fleet *f = s->item->fleet;

	probe_free(s->probe);
	s->probe = NULL;
	arena_release(&s->result.arena);
	if (!s->timer)
		s->timer = loop_timer(f->env->loop, on_retry, s);
	loop_timer_set(s->timer, f->opts.retry_wait_ms);
}

static void
end(struct slot *s)
{
	s->offers = offer_is_made(&s->result);
	slot_tell(s);
	slot_free(s);
	s->over = true;
	s->item->left--;
}

void
slot_over(struct slot *s)
{
	struct item *item = s->item;
	struct fleet *f = item->fleet;
	bool any = f->opts.addresses == ADDRESSES_ANY;

	if (wants_names(s)) {
		s->reverse = reverse_start(
		    f->env, &s->result.addr, left_ms(s), &s->result.arena, on_reverse, s);
		return;
	}
	if (!may_retry(s) && !f->stopped && policy_holds(s))
		return;
	f->running--;
	peer_leave(f, s);
	if (may_retry(s) && !f->stopped) {
		try_again(s);
		return;
	}
	if (offer_holds(s))
		return;
	end(s);
	for (struct slot *other; (other = offer_release(item));)
		end(other);
	if (item->left == 0 || (any && item->passed > 0))
		item_over(item, true);
	else if (any)
		slot_ready(s + 1);
}

static void
on_probe(void *ctx, struct probe *p)
{
	struct slot *s = ctx;

	(void)p;
	slot_list_add(&s->item->fleet->ended, s);
}

static void
on_event(void *ctx, const struct event *e)
{
	struct slot *s = ctx;
	struct fleet *f = s->item->fleet;

	if (f->fns.watch)
		f->fns.watch(f->fns.ctx, e);
}

/* There is nothing to connect to: the result says why, and nothing is sent. */
static void
fail(struct slot *s, enum probe_phase phase, enum err_kind err, struct span text)
{
	s->result.phase = phase;
	s->result.err = err;
	s->result.ran = 1u << phase;
	s->result.tls_mode = probe_tls_mode(s->session, &s->item->target);
	s->result.text = arena_copy(&s->result.arena, text);
	slot_list_add(&s->item->fleet->ended, s);
}

/* fleet_opts.allow */
static void
bar(struct slot *s)
{
	char host[ADDR_TEXT];

	s->result.addr = *s->barred;
	fail(s, PHASE_CONNECT, ERR_USAGE,
	    arena_printf(&s->result.arena, "%s may not be probed", addr_host(s->barred, host)));
}

void
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
	};
	if (s->hop.naddr > 0)
		s->result.addr = s->hop.addr[0];
	s->result.us[PHASE_RESOLVE] = item->found_us - item->began_us;
	f->running++;
	if (s->barred) {
		bar(s);
		return;
	}
	if (s->lost.len > 0) {
		s->result.cause = s->why_lost;
		fail(s, PHASE_RESOLVE, ERR_DNS, s->lost);
		return;
	}
	s->probe = probe_new(&(struct probe_job){
	    .env = f->env,
	    .session = s->session,
	    .opts = item->spec->probe,
	    .target = &item->target,
	    .hop = &s->hop,
	    .result = &s->result,
	    .done = on_probe,
	    .watch = f->opts.watch ? on_event : NULL,
	    .ctx = s,
	});
}
