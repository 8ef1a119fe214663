/* player_script - plays one case of a script as the client. */
#include "run/player_script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "run/player_script_priv.h"
#include "run/steps/list.h"
#include "run/steps/open.h"

/* ---- failures */

/* What the script has there, with variables filled in. */
static struct span
wanted(struct play *p, const struct expect *x)
{
	struct buf out = { .max = 64 << 10 };

	for (size_t i = 0; x && i < x->nlines; i++) {
		const struct expect_line *l = &x->line[i];
		struct span head = span_first(l->source, l->source.len - l->text.source.len), text = l->text.source, filled;
		if (!l->text.patterns && text_fill(&l->text, &p->vars, &p->scratch, &filled, &text, NULL))
			buf_printf(&out, "%s%.*s%.*s", i ? "\n" : "", SPAN_ARG(head), SPAN_ARG(text));
		else
			buf_printf(&out, "%s%.*s", i ? "\n" : "", SPAN_ARG(l->source));
	}
	struct span text = arena_copy(&p->arena, buf_span(&out));
	buf_release(&out);
	return text;
}

void
play_fail(struct play *p, enum err_kind kind, const struct expect *x, const struct reply *r, struct place place,
    const char *format, ...)
{
	struct play_failure *f = ARENA_NEW(&p->arena, struct play_failure);
	char why[sizeof f->why];
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof why, format, ap);
	va_end(ap);
	snprintf(f->why, sizeof f->why, "%.*s", SPAN_ARG(span_first(vars_redact(&p->vars, &p->scratch, span_of(why)), 399)));
	f->place = place;
	f->item = p->item;
	f->expect = x;
	f->want = wanted(p, x);
	f->reply = r ? play_copy_reply(p, r) : NULL;
	f->kind = kind;
	f->level = p->how.level;
	*p->failure_end = p->failed = f;
	p->failure_end = &f->next;
	p->item_failed = true;
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

/* ---- sessions */

static void
on_event(void *ctx, const struct event *event)
{
	struct play_peer *peer = ctx;
	struct play *p = peer->play;

	if (p->opts.event)
		p->opts.event(p->opts.event_ctx, event);
	switch (event->kind) {
	case EVENT_CONNECTED:
		peer->opened = true;
		peer->closed = peer->quit_said = false;
		peer->addr = event->connected.peer;
		peer->tls[0] = '\0';
		break;
	case EVENT_SENT: {
		size_t n = strlen(p->said);
		enum verb verb = verb_of(event->sent.text, NULL);
		if (verb != VERB_OTHER && event->sent.kind != SENT_TEXT && n < sizeof p->said - 12)
			snprintf(p->said + n, sizeof p->said - n, "%s%s", n ? ", " : "", verb_info(verb)->name);
		break;
	}
	case EVENT_REPLY:
		peer->last_took_us = event->answer.took_us;
		if (event->answer.surprise && !p->finishing)
			play_fail(p, ERR_EXPECT, NULL, event->answer.reply, p->item ? p->item->place : p->now->place,
			    "unexpected reply: nothing asked for it");
		else if (p->item && p->item->kind == SCRIPT_STEP && p->ncollected < COLLECTED_MAX) {
			struct reply *copy = ARENA_NEW(&p->scratch, struct reply);
			if (reply_parse(arena_copy(&p->scratch, event->answer.reply->raw), &p->scratch, copy) > 0)
				p->collected[p->ncollected++] = copy;
		}
		break;
	case EVENT_EXTENSIONS:
		play_check_requires(p);
		break;
	case EVENT_PROBLEM:
		snprintf(p->problem, sizeof p->problem, "%.*s", SPAN_ARG(span_first(event->text, 399)));
		break;
	case EVENT_TLS:
		snprintf(peer->tls, sizeof peer->tls, "%.*s", SPAN_ARG(event->shaken.info->version));
		break;
	case EVENT_CLOSED:
		peer->closed = true;
		peer->closed_by = event->closed.by;
		break;
	case EVENT_STEP_ENDED:
		p->step_err = event->err;
		p->stepped = true;
		play_run(p);
		break;
	default:
		break;
	}
}

struct play_peer *
play_peer(struct play *p, unsigned number)
{
	struct play_peer *peer = &p->peer[number];

	if (peer->session)
		return peer;
	peer->play = p;
	peer->opts = p->base;
	peer->opts.number = number;
	peer->opts.no_banner = true;
	if (peer->opts.tls == TARGET_TLS_STARTTLS || peer->opts.tls == TARGET_TLS_TRY)
		peer->opts.tls = TARGET_TLS_UNSAID;	/* the script says STARTTLS itself */
	peer->session = session_new(p->own_env.loop ? &p->own_env : p->env, &peer->opts, on_event, peer);
	return peer;
}

void
play_push(struct play *p, struct play_peer *peer, const struct step *step)
{
	p->in_hand = peer;
	p->stepped = false;
	p->problem[0] = '\0';
	session_push(peer->session, step);
}

/* ---- items */

static void
push_exchange(struct play *p, struct play_peer *peer, const struct script_item *item, int phase)
{
	p->exchange.item = item;
	p->exchange.heard = 0;
	p->phase = phase;
	play_push(p, peer, &p->step);
}

/* Why there is no connection any more. */
static const char *
is_lost(const struct play_peer *peer)
{
	return peer->closed_by == CLOSED_BY_US ? "the connection is closed: /open makes another" :
	    peer->closed_by == CLOSED_RESET ? "the server had reset the connection" : "the server had closed the connection";
}

/* True when the peer is connected and its banner read where that is due; else something was begun, or failed. */
static bool
is_ready(struct play *p, struct play_peer *peer, const struct script_item *item)
{
	bool reads_banner = item->kind == SCRIPT_EXCHANGE && item->nsay == 0;

	if (session_view(peer->session).state != SESSION_OPEN) {
		if (peer->opened) {
			play_fail(p, ERR_PROTO, NULL, NULL, item->place, "%s", is_lost(peer));
		} else if (!p->opts.target) {
			play_fail(p, ERR_USAGE, NULL, NULL, item->place, "where to? give --against TARGET, or /open in the script");
		} else {
			p->phase = PHASE_OPENING;
			play_push(p, peer, step_new_open(p->opts.target, &p->arena));
		}
		return false;
	}
	if (peer->banner_read || p->early || reads_banner)
		return true;
	p->reading = (struct script_item){ .kind = SCRIPT_EXCHANGE, .place = item->place, .peer = item->peer };
	push_exchange(p, peer, &p->reading, PHASE_BANNER);
	return false;
}

static bool
is_open_allowed(struct play *p, const struct script_item *item, const struct step *step)
{
	const struct target *t = step->args, *own = p->opts.target;

	if (t->kind == TARGET_PIPE && !p->opts.allow_pipe)
		play_fail(p, ERR_USAGE, NULL, NULL, item->place, "a script runs no command: --allow-pipe allows it");
	else if (t->kind == TARGET_UNIX && !p->opts.allow_unix)
		play_fail(p, ERR_USAGE, NULL, NULL, item->place, "a script opens no Unix socket: --allow-unix allows it");
	p->foreign = own && (t->kind != own->kind || !span_eq_case(t->host, own->host) || t->port != own->port);
	return !p->item_failed;
}

static const struct step *
step_of(struct play *p, const struct script_item *item)
{
	struct span line = item->line.source, shown, found;
	struct err err = { 0 };

	if (item->line.n > 0 && !text_fill(&item->line, &p->vars, &p->arena, &line, &shown, &err)) {
		play_fail(p, err.kind, NULL, NULL, item->place, "%s", err.text);
		return NULL;
	}
	if (!play_find_files(p, item, line, &found))
		return NULL;
	if (item->step && found.at == line.at)
		return item->step;
	const struct step *step = step_parse(step_ops, found, MODE_COMMAND, item->place, &p->arena, &err);
	if (!step)
		play_fail(p, err.kind, NULL, NULL, item->place, "%s", err.text);
	return step;
}

static void
begin_step(struct play *p, const struct script_item *item)
{
	struct play_peer *peer = play_peer(p, item->peer);
	const struct step *step = step_of(p, item);

	p->ncollected = 0;
	if (!step)
		return;
	if (step->op == &step_open) {
		if (!is_open_allowed(p, item, step))
			return;
		peer->banner_read = false;
	} else if (step->op->needs & STEP_NEEDS_CONN && !is_ready(p, peer, item)) {
		return;
	}
	p->phase = PHASE_ITEM;
	play_push(p, peer, step);
}

static void
begin_item(struct play *p)
{
	const struct script_item *item = p->item;

	p->phase = PHASE_NEXT;
	switch (item->kind) {
	case SCRIPT_WORD:
		play_word(p, item);
		break;
	case SCRIPT_STEP:
		begin_step(p, item);
		break;
	case SCRIPT_EXCHANGE: {
		struct play_peer *peer = play_peer(p, item->peer);
		if (is_ready(p, peer, item))
			push_exchange(p, peer, item, PHASE_ITEM);
		break;
	}
	}
}

/* The step in hand ended without a word on why. */
static void
step_failed(struct play *p)
{
	const struct script_item *item = p->item;
	const struct reply *last = p->ncollected ? p->collected[p->ncollected - 1] : NULL;
	const struct exchange *x = &p->exchange;
	bool reply = p->phase == PHASE_ITEM && item->kind == SCRIPT_EXCHANGE && x->heard < item->nreply;

	if (p->item_failed)
		return;
	if (p->in_hand && p->in_hand->closed && (p->step_err == ERR_PROTO || p->step_err == ERR_CONNECT) &&
	    p->exchange.heard == 0 && item->kind == SCRIPT_EXCHANGE) {
		play_fail(p, ERR_PROTO, NULL, NULL, item->place, "%s", is_lost(p->in_hand));
		return;
	}
	if (p->problem[0] || !last)
		play_fail(p, p->step_err, reply ? item->reply[x->heard] : NULL, NULL, reply && item->reply[x->heard] ?
		    item->reply[x->heard]->place : item->place, "%s", p->problem[0] ? p->problem : err_meaning(p->step_err));
	else
		play_fail(p, ERR_EXPECT, NULL, last, item->place, "expected success, received %03u", last->code);
}

/* S: lines behind a step judge its last replies; what it did not read itself is read now. */
static void
judge_step(struct play *p)
{
	const struct script_item *item = p->item;
	size_t have = p->ncollected < item->nreply ? p->ncollected : item->nreply;

	for (size_t k = 0; k < have && !p->item_failed; k++)
		play_judge(p, item, k, p->collected[p->ncollected - have + k], VERB_OTHER);
	if (have == item->nreply || p->item_failed)
		return;
	p->reading = (struct script_item){ .kind = SCRIPT_EXCHANGE, .place = item->place, .peer = item->peer,
	    .reply = item->reply + have, .nreply = item->nreply - have };
	push_exchange(p, &p->peer[item->peer], &p->reading, PHASE_REST);
}

static bool
is_refusal(enum err_kind kind)
{
	return kind == ERR_TEMPORARY || kind == ERR_REFUSED || kind == ERR_RECIPIENTS;
}

/* What was in hand is over. */
static void
take_up(struct play *p)
{
	int phase = (int)p->phase;
	bool judged = p->phase == PHASE_ITEM && p->item->kind == SCRIPT_STEP && p->item->nreply > 0;
	if (p->step_err != ERR_NONE && !(judged && is_refusal(p->step_err) && p->ncollected > 0))
		step_failed(p);
	p->in_hand = NULL;
	p->phase = PHASE_NEXT;
	if (p->item_failed || p->finishing)
		return;
	if (phase == PHASE_OPENING || phase == PHASE_BANNER)
		p->phase = PHASE_BEGIN;
	else if (judged)
		judge_step(p);
}

/* ---- the walk */

void
play_enter(struct play *p, const struct script_item *items, const struct script_item *block, unsigned rounds)
{
	struct frame frame = { .next = items, .block = block, .left = rounds };

	if (p->depth == FRAMES_MAX)
		return;
	if (block && block->word->kind == WORD_RETRY)
		frame.set = memcpy(ARENA_ARRAY(&p->arena, bool, NAMES_MAX), p->vars.set, sizeof p->vars.set);
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

void
play_pause(struct play *p, uint64_t ms)
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
			play_pause(p, ((const struct word_repeat *)f->block->args)->every_ms);
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
		f->next = f->block->body;
		p->depth = d + 1;
		memcpy(p->vars.set, f->set, sizeof p->vars.set);	/* what a failed round captured is not to be found again */
		p->result.failure = NULL;
		p->failure_end = &p->result.failure;
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
		play_pause(p, ((const struct word_repeat *)f->block->args)->every_ms);
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
		p->opts.told(p->opts.told_ctx, p->item, p->item_failed && last ? last->why : NULL, loop_now_us() - p->item_us);
	if (p->item_failed && !try_again(p) && !p->opts.keep_going) {
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
		bool silent = p->result.failure && p->result.failure->kind == ERR_TIMEOUT;
		if (peer->quit_said || silent || v.state != SESSION_OPEN || v.dialogue.mode != MODE_COMMAND || !peer->banner_read) {
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
	r->verdict = r->failure ? PLAY_FAILED : p->result.why_skipped.len ? PLAY_SKIPPED : PLAY_PASSED;
	for (const struct play_failure *f = r->failure; f; f = f->next)
		r->status = err_worse(r->status, f->kind);
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
		take_up(p);
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
		begin_item(p);
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
		begin_item(p);
}

void
play_run(struct play *p)
{
	if (p->running)
		return;
	p->running = true;
	while (!p->done && (!p->in_hand || p->stepped))
		advance(p);
	p->running = false;
}
