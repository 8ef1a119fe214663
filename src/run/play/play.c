/*
 * play - plays one case of a script as the client. play_run walks the items one by one, into and
 * out of blocks by means of a stack of frames, until a session is working on a step (->in_hand).
 * The session's events (play_item.c) say when the step has ended, and the walk continues. An item
 * begins when its session is ready, which may need a step of its own first (to connect, to read the
 * greeting), and is over when its replies are judged (play_exchange.c). A failure ends the walk,
 * unless a /retry has rounds left or keep_going is set; then QUIT is sent in each session.
 */
#include "run/play/play_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "run/session/steps/list.h"

enum { SLICE_US = 4000, ROUNDS_MANY = 256, FAILURES_MAX = 1000 };

/* ---- failures */

/* Returns the expectation with variables filled in, as lines separated by LF. */
static struct span
failure_wants(struct play *p, const struct expect *x)
{
	struct buf out = { .max = 64 << 10 };

	for (size_t i = 0; x && i < x->nlines; i++) {
		const struct expect_line *l = &x->line[i];
		struct span head = span_first(l->source, l->source.len - l->text.source.len),
			    text = l->text.source, filled;
		if (!l->text.patterns &&
		    text_fill(&l->text, &p->vars, &p->scratch, &filled, &text, NULL))
			buf_printf(
			    &out, "%s%.*s%.*s", i ? "\n" : "", SPAN_ARG(head), SPAN_ARG(text));
		else
			buf_printf(&out, "%s%.*s", i ? "\n" : "", SPAN_ARG(l->source));
	}
	struct span text = arena_copy(&p->failing, buf_span(&out));
	buf_release(&out);
	return text;
}

/* Copies a reply, with secrets starred, into the failures' arena. */
static const struct reply *
play_copy_reply(struct play *p, const struct reply *r)
{
	struct reply *copy = ARENA_NEW(&p->failing, struct reply);

	if (reply_parse(arena_copy(&p->failing, play_shown(p, r->raw)), &p->failing, copy) == 0)
		*copy = (struct reply){ .line = ARENA_NEW(&p->failing, struct span),
			.nlines = 1,
			.code = r->code,
			.flaws = r->flaws };
	return copy;
}

void
play_fail(struct play *p, enum err_kind kind, const struct expect *x, const struct reply *r,
    struct place place, const char *format, ...)
{
	struct play_failure *f = ARENA_NEW(&p->failing, struct play_failure);
	char why[sizeof f->why];
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof why, format, ap);
	va_end(ap);
	memcpy(f->why, why, sizeof why);
	f->place = place;
	f->item = p->item;
	f->expect = x;
	f->want = failure_wants(p, x);
	f->reply = r ? play_copy_reply(p, r) : NULL;
	f->starred = r && play_shown(p, r->raw).at != r->raw.at;
	f->kind = kind;
	f->level = p->how.level;
	*p->failure_end = p->failed = f;
	p->failure_end = &f->next;
	p->item_failed = true;
	p->nfailures++;
}

void
play_skip(struct play *p, struct span why)
{
	p->result.why_skipped = arena_copy(&p->arena, why);
	p->finishing = true;
}

/* Sets ->where of the result: "mx1.example.net[192.0.2.25]:25 TLSv1.3; after EHLO, MAIL". */
static void
play_note_where(struct play *p)
{
	struct session_view v = session_view(p->peer[1].session);
	const struct addr *peer = &p->peer[1].addr;
	struct buf out = { .max = 4096 };
	char host[ADDR_TEXT] = "";

	text_safe_to(&out, v.host);
	if (peer->len > 0 && addr_family(peer) != 0) {
		addr_host(peer, host);
		if (!span_eq(v.host, span_of(host)))
			buf_printf(&out, "[%s]", host);
		buf_printf(&out, ":%u", addr_port(peer));
	}
	if (p->peer[1].tls[0])
		buf_printf(&out, " %s", p->peer[1].tls);
	if (p->verbs[0])
		buf_printf(&out, "; after %s", p->verbs);
	p->result.where = arena_copy(&p->arena, buf_span(&out));
	buf_release(&out);
}

/* ---- the walk */

void
play_enter(struct play *p, const struct script_item *items, const struct script_item *block,
    unsigned rounds)
{
	struct frame frame = { .next = items, .block = block, .left = rounds };

	assert(p->depth < FRAMES_MAX);		/* the parser limits the nesting */
	if (block && block->word->kind == WORD_RETRY)
		memcpy(frame.set, p->vars.set, sizeof p->vars.set);
	p->frame[p->depth++] = frame;
}

bool
play_is_last(const struct play *p)
{
	for (size_t i = 0; i < p->depth; i++)
		if (p->frame[i].next || (p->frame[i].block && p->frame[i].left > 1))
			return false;
	return true;
}

static void
play_pause_for(struct play *p, uint64_t ms)
{
	if (ms == 0)
		return;
	p->pause_ms = ms;
	p->phase = PHASE_PAUSE;
	play_push(p, play_peer(p, 1), &p->pause);
}

/*
 * Returns the next item: leaves blocks that are done, and begins the next round of a /repeat. NULL:
 * the case is over, or the play pauses.
 */
static const struct script_item *
play_next_item(struct play *p)
{
	while (p->depth > 0) {
		struct frame *f = &p->frame[p->depth - 1];
		if (f->next) {
			const struct script_item *item = f->next;
			f->next = item->next;
			return item;
		}
		if (f->block && f->block->word->kind == WORD_REPEAT && --f->left > 0) {
			f->next = f->block->body;
			p->spun++;
			play_pause_for(p, ((const struct word_repeat *)f->block->args)->every_ms);
			if (p->in_hand)
				return NULL;
			continue;
		}
		p->depth--;
	}
	p->finishing = true;
	return NULL;
}

/* Forgets a failure within a /retry that has rounds left, and begins its next round. */
static bool
play_try_again(struct play *p)
{
	for (size_t d = p->depth; d-- > 0;) {
		struct frame *f = &p->frame[d];
		if (!f->block || f->block->word->kind != WORD_RETRY || f->left <= 1)
			continue;
		f->left--;
		p->spun++;
		f->next = f->block->body;
		p->depth = d + 1;
		/* variables captured in a failed round are unset again */
		memcpy(p->vars.set, f->set, sizeof p->vars.set);
		p->result.failure = NULL;
		p->failure_end = &p->result.failure;
		p->nfailures = 0;
		arena_reset(&p->failing);
		for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++) {
			struct play_peer *peer = &p->peer[i];
			if (!peer->session)
				continue;
			struct session_view v = session_view(peer->session);
			if (v.state == SESSION_OPEN && v.dialogue.mode != MODE_COMMAND)
				session_close(peer->session, true);
			if (session_view(peer->session).state != SESSION_OPEN)
				peer->opened = peer->banner_read = false;
		}
		play_pause_for(p, ((const struct word_repeat *)f->block->args)->every_ms);
		return true;
	}
	return false;
}

unsigned
play_count_left(const struct play *p)
{
	unsigned n = 0;

	for (size_t d = 0; d < p->depth; d++)
		for (const struct script_item *i = p->frame[d].next; i; i = i->next)
			n += i->kind != SCRIPT_WORD;
	return n;
}

static void
play_item_over(struct play *p)
{
	struct play_failure *last = NULL;

	if (!p->item)
		return;
	for (last = p->result.failure; last && last->next; last = last->next)
		;
	if (p->opts.told && (p->item->kind != SCRIPT_WORD || p->item_failed))
		p->opts.told(p->opts.told_ctx, p->item, p->item_failed && last ? last->why : NULL,
		    loop_now_us() - p->item_us);
	if (p->item_failed && !play_try_again(p) &&
	    (!p->opts.keep_going || p->nfailures >= FAILURES_MAX)) {
		p->result.not_done = play_count_left(p);
		p->finishing = true;
	}
	p->item = NULL;
}

/*
 * Closes the sessions one by one, with QUIT where that is possible. Returns true when a QUIT is
 * under way.
 */
static bool
play_send_quit(struct play *p)
{
	static const struct step quit = { .op = &step_quit };

	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++) {
		struct play_peer *peer = &p->peer[i];
		if (!peer->session || session_view(peer->session).state == SESSION_CLOSED)
			continue;
		struct session_view v = session_view(peer->session);
		bool silent = p->result.failure &&
		    (p->result.failure->kind == ERR_TIMEOUT || (p->base.careful && v.out_of_step));
		if (peer->quit_sent || silent || v.state != SESSION_OPEN ||
		    v.dialogue.mode != MODE_COMMAND || !peer->banner_read) {
			session_close(peer->session, true);
			continue;
		}
		peer->quit_sent = true;
		p->phase = PHASE_FINISH;
		play_push(p, peer, &quit);
		return true;
	}
	return false;
}

const char *
play_verdict_word(enum play_verdict verdict)
{
	static const char *const words[] = {
		[PLAY_PASSED] = "passed", [PLAY_FAILED] = "failed", [PLAY_SKIPPED] = "skipped"
	};

	assert((size_t)verdict < sizeof words / sizeof *words);
	return words[verdict];
}

static void
play_conclude(struct play *p)
{
	struct play_result *r = &p->result;

	p->done = true;
	r->took_us = loop_now_us() - p->began_us;
	r->verdict = r->failure	      ? PLAY_FAILED :
	    p->result.why_skipped.len ? PLAY_SKIPPED :
					PLAY_PASSED;
	for (const struct play_failure *f = r->failure; f; f = f->next)
		r->status = err_worse(r->status, f->kind);
	if (r->failure && r->fate_unknown)
		r->status = ERR_UNKNOWN;
	if (p->opts.done)
		p->opts.done(p->opts.done_ctx, p);
}

static void
play_advance(struct play *p)
{
	if (p->in_hand && (p->phase == PHASE_FINISH || p->phase == PHASE_PAUSE)) {
		p->in_hand = NULL;
		p->phase = PHASE_NEXT;
	} else if (p->in_hand) {
		play_take_up(p);
		if (p->in_hand)
			return;
	}
	if (p->finishing) {
		play_item_over(p);
		if (p->result.where.len == 0 && p->peer[1].session)
			play_note_where(p);
		if (!play_send_quit(p))
			play_conclude(p);
		return;
	}
	if (p->phase == PHASE_BEGIN) {
		play_begin_item(p);
		return;
	}
	play_item_over(p);
	if (p->finishing || p->in_hand)
		return;
	arena_reset(&p->scratch);
	p->item_failed = false;
	p->item = play_next_item(p);
	if (p->item && play_may_begin(p)) {
		p->item_us = loop_now_us();
		play_begin_item(p);
	}
}

static void
play_on_turn(void *ctx, unsigned ready)
{
	(void)ready;
	play_run(ctx);
}

/*
 * Items that need not wait are played at once. But a script that loops for many rounds without
 * waiting must not keep signals and other sessions from their turn for more than a few
 * milliseconds.
 */
void
play_run(struct play *p)
{
	if (p->running)
		return;
	p->running = true;
	p->spun = 0;
	uint64_t until = loop_now_us() + SLICE_US;
	while (!p->done && (!p->in_hand || p->stepped)) {
		if (p->spun >= ROUNDS_MANY && loop_now_us() > until) {
			if (!p->turn)
				p->turn = loop_timer(p->env->loop, play_on_turn, p);
			loop_timer_set(p->turn, 0);
			break;
		}
		play_advance(p);
	}
	p->running = false;
}

/* ---- pauses, creation and destruction */

static enum progress
pause_start(struct session *s, const struct step *step, void *state)
{
	const struct play *p = *(struct play *const *)step->args;

	(void)state;
	session_sleep(s, p->pause_ms);
	return STEP_WAIT;
}

static enum progress
pause_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)s, (void)step, (void)state;
	return news->kind == NEWS_TIMER || news->kind == NEWS_CLOSED ? STEP_DONE : STEP_WAIT;
}

static const struct step_op pause_op = {
	.name = "", .args = "", .help = "Wait", .start = pause_start, .on_news = pause_on_news
};

struct play *
play_new(struct session_env *env, const struct script *script, const struct script_case *now,
    const struct play_opts *opts)
{
	struct play *p = memory_zeroed(sizeof *p);

	assert(opts->session && now);
	p->env = env;
	p->script = script;
	p->now = now;
	p->opts = *opts;
	p->base = *opts->session;
	p->stepper = p->base.stepper;
	p->base.stepper = (struct stepper){ .ask = NULL };
	p->base.auth.target = opts->target;
	p->base.auth.anywhere = opts->allow_hosts;
	p->self = p;
	p->step = (struct step){ .op = &play_exchange_op, .args = &p->self };
	p->pause = (struct step){ .op = &pause_op, .args = &p->self };
	p->failure_end = &p->result.failure;
	p->how = (struct match_how){
		.level = opts->level == MATCH_UNSET ? MATCH_CODE : opts->level, .masks = MASKS_ALL
	};
	p->vars = (struct script_vars){
		.names = &script->names, .arena = &p->arena, .allow_env = opts->allow_env
	};
	p->began_us = loop_now_us();
	for (size_t i = 0; i < opts->nvalues; i++) {
		size_t name = names_find(&script->names, opts->value[i].name);
		if (name == NAME_NONE)
			continue;
		p->vars.secret[name] = opts->value[i].secret;
		vars_set(&p->vars, name, opts->value[i].value);
	}
	if (script_second(script, now))
		play_enter(p, script_second(script, now), NULL, 1);
	play_enter(p, script_first(script, now), NULL, 1);
	if (now->skip.len > 0)
		play_skip(p, now->skip);
	play_run(p);
	return p;
}

void
play_free(struct play *p)
{
	if (!p)
		return;
	p->done = true;
	p->running = true;		/* steps that end from here on must not continue the walk */
	loop_timer_free(p->turn);
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++) {
		session_free(p->peer[i].session);
		arena_release(&p->peer[i].reply_arena);
		arena_release(&p->peer[i].offers_arena);
	}
	if (p->own_env.loop) {
		p->own_env.dns_client = NULL;		/* shared with ->env */
		p->own_env.secrets = NULL;
		if (p->own_env.demo_ctx == p->env->demo_ctx)
			p->own_env.demo_tls = NULL;	/* shared as well */
		else if (p->own_env.demo_free)
			/* created by this play's own environment */
			p->own_env.demo_free(&p->own_env);
		session_env_release(&p->own_env);
	}
	arena_release(&p->scratch);
	arena_release(&p->failing);
	arena_release(&p->arena);
	free(p);
}

const struct play_result *
play_result(const struct play *p)
{
	return &p->result;
}

void
play_stop(struct play *p, enum err_kind kind, const char *why)
{
	if (p->done)
		return;
	play_fail(p, kind, NULL, NULL, p->item ? p->item->place : p->now->place, "%s", why);
	p->running = true;
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++)
		if (p->peer[i].session) {
			session_cancel(p->peer[i].session);
			session_close(p->peer[i].session, true);
		}
	p->running = false;
	play_conclude(p);
}
