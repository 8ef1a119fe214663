/* player_script - plays one case of a script as the client. */
#include "run/play/player_script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "run/play/player_script_priv.h"
#include "run/session/steps/list.h"

enum { SLICE_US = 4000, ROUNDS_MANY = 256, FAILURES_MAX = 1000 };

/* ---- failures */

/* What the script has there, with variables filled in. */
static struct span
wanted(struct play *p, const struct expect *x)
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
	f->want = wanted(p, x);
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

/* "mx1.example.net[192.0.2.25]:25 TLSv1.3; after EHLO, MAIL" */
static void
note_where(struct play *p)
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
	if (p->said[0])
		buf_printf(&out, "; after %s", p->said);
	p->result.where = arena_copy(&p->arena, buf_span(&out));
	buf_release(&out);
}

/* ---- the walk */

void
play_enter(struct play *p, const struct script_item *items, const struct script_item *block,
    unsigned rounds)
{
	struct frame frame = { .next = items, .block = block, .left = rounds };

	if (p->depth == FRAMES_MAX)
		return;
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
pause_for(struct play *p, uint64_t ms)
{
	if (ms == 0)
		return;
	p->pause_ms = ms;
	p->phase = PHASE_PAUSE;
	play_push(p, play_peer(p, 1), &p->pause);
}

/* The next item, out of blocks that are done and into rounds that are not; NULL: it is over. */
static const struct script_item *
next_item(struct play *p)
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
			pause_for(p, ((const struct word_repeat *)f->block->args)->every_ms);
			if (p->in_hand)
				return NULL;
			continue;
		}
		p->depth--;
	}
	p->finishing = true;
	return NULL;
}

/* Within /retry a failure is forgotten while rounds are left. */
static bool
try_again(struct play *p)
{
	for (size_t d = p->depth; d-- > 0;) {
		struct frame *f = &p->frame[d];
		if (!f->block || f->block->word->kind != WORD_RETRY || f->left <= 1)
			continue;
		f->left--;
		p->spun++;
		f->next = f->block->body;
		p->depth = d + 1;
		/* what a failed round captured is not to be found again */
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
		pause_for(p, ((const struct word_repeat *)f->block->args)->every_ms);
		return true;
	}
	return false;
}

static unsigned
count_left(const struct play *p)
{
	unsigned n = 0;

	for (size_t d = 0; d < p->depth; d++)
		for (const struct script_item *i = p->frame[d].next; i; i = i->next)
			n += i->kind != SCRIPT_WORD;
	return n;
}

static void
item_over(struct play *p)
{
	struct play_failure *last = NULL;

	if (!p->item)
		return;
	for (last = p->result.failure; last && last->next; last = last->next)
		;
	if (p->opts.told && (p->item->kind != SCRIPT_WORD || p->item_failed))
		p->opts.told(p->opts.told_ctx, p->item, p->item_failed && last ? last->why : NULL,
		    loop_now_us() - p->item_us);
	if (p->item_failed && !try_again(p) &&
	    (!p->opts.keep_going || p->nfailures >= FAILURES_MAX)) {
		p->result.not_done = count_left(p);
		p->finishing = true;
	}
	p->item = NULL;
}

/* QUIT, or no word where none can be said; one peer after the other. True: something is in hand. */
static bool
say_goodbye(struct play *p)
{
	static const struct step quit = { .op = &step_quit };

	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++) {
		struct play_peer *peer = &p->peer[i];
		if (!peer->session || session_view(peer->session).state == SESSION_CLOSED)
			continue;
		struct session_view v = session_view(peer->session);
		bool silent = p->result.failure &&
		    (p->result.failure->kind == ERR_TIMEOUT || (p->base.careful && v.out_of_step));
		if (peer->quit_said || silent || v.state != SESSION_OPEN ||
		    v.dialogue.mode != MODE_COMMAND || !peer->banner_read) {
			session_close(peer->session, true);
			continue;
		}
		peer->quit_said = true;
		p->phase = PHASE_FINISH;
		play_push(p, peer, &quit);
		return true;
	}
	return false;
}

void
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
advance(struct play *p)
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
		item_over(p);
		if (p->result.where.len == 0 && p->peer[1].session)
			note_where(p);
		if (!say_goodbye(p))
			play_conclude(p);
		return;
	}
	if (p->phase == PHASE_BEGIN) {
		play_begin_item(p);
		return;
	}
	item_over(p);
	if (p->finishing || p->in_hand)
		return;
	arena_reset(&p->scratch);
	p->item_failed = false;
	p->item = next_item(p);
	p->item_us = loop_now_us();
	if (p->item)
		play_begin_item(p);
}

static void
on_turn(void *ctx, unsigned ready)
{
	(void)ready;
	play_run(ctx);
}

/*
 * What waits for nothing goes on at once; but a loop of a script that has not waited for many
 * rounds keeps neither signals nor other sessions from their turn for more than a few milliseconds.
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
				p->turn = loop_timer(p->env->loop, on_turn, p);
			loop_timer_set(p->turn, 0);
			break;
		}
		advance(p);
	}
	p->running = false;
}
