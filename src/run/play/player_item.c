/*
 * player_item - one item of a script: begun once its session is ready, judged once its step has
 * ended.
 */
#include "run/play/player_script_priv.h"
#include "run/session/steps/list.h"
#include "run/session/steps/open.h"

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
	    peer->closed_by == CLOSED_RESET    ? "the server had reset the connection" :
						 "the server had closed the connection";
}

/*
 * True when the peer is connected and its banner read where that is due; else something was begun,
 * or failed.
 */
static bool
is_ready(struct play *p, struct play_peer *peer, const struct script_item *item)
{
	bool reads_banner = item->kind == SCRIPT_EXCHANGE && item->nsay == 0;

	if (session_view(peer->session).state != SESSION_OPEN) {
		if (peer->opened) {
			play_fail(p, ERR_PROTO, NULL, NULL, item->place, "%s", is_lost(peer));
		} else if (!p->opts.target) {
			play_fail(p, ERR_USAGE, NULL, NULL, item->place,
			    "where to? give --against TARGET, or /open in the script");
		} else {
			p->phase = PHASE_OPENING;
			play_push(p, peer, step_new_open(p->opts.target, &p->arena));
		}
		return false;
	}
	if (peer->banner_read || p->early || reads_banner)
		return true;
	p->reading = (struct script_item){
		.kind = SCRIPT_EXCHANGE, .place = item->place, .peer = item->peer
	};
	push_exchange(p, peer, &p->reading, PHASE_BANNER);
	return false;
}

static bool
is_open_allowed(struct play *p, const struct script_item *item, const struct step *step)
{
	const struct target *t = step->args;

	if (t->kind == TARGET_PIPE && !p->opts.allow_pipe)
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "a script runs no command: --allow-pipe allows it");
	else if (t->kind == TARGET_UNIX && !p->opts.allow_unix)
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "a script opens no Unix socket: --allow-unix allows it");
	return !p->item_failed;
}

static const struct step *
step_of(struct play *p, const struct script_item *item)
{
	struct span line = item->line.source, shown = line, found, name;
	struct err err = { 0 };
	/* The session keeps the target of /open; nothing else outlives its item. */
	const struct step_op *op = cursor_is_command(line, &name) ? step_find(step_ops, name) : NULL;
	bool kept = op && (op->traits & STEP_NAMES_TARGET);
	struct arena *arena = kept ? &p->arena : &p->scratch;

	if (item->line.n > 0 && !text_fill(&item->line, &p->vars, arena, &line, &shown, &err)) {
		play_fail(p, err.kind, NULL, NULL, item->place, "%s", err.text);
		return NULL;
	}
	if (!play_find_files(p, item, line, &found))
		return NULL;
	if (item->step && found.at == line.at)
		return item->step;
	const struct step *step = step_parse(
	    step_ops, found, MODE_COMMAND, item->place, arena, &err);
	bool secret = text_is_secret(&item->line, &p->vars);
	if (step && secret) {
		struct step *copy = ARENA_NEW(arena, struct step);
		*copy = *step;
		copy->text = arena_copy(arena, shown);
		copy->secret = true;
		return copy;
	}
	/* What is wrong with it is said of the line as it may be shown. */
	if (!step && secret && step_parse(step_ops, shown, MODE_COMMAND, item->place, arena, &err))
		err_set(
		    &err, ERR_USAGE, "with its secrets filled in, this is no command of smtpsh");
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
	if ((step->op->traits & STEP_NAMES_TARGET) && !is_open_allowed(p, item, step))
		return;
	if (step->op->traits & STEP_OPENS)
		peer->banner_read = false;
	else if (step->op->traits & STEP_NEEDS_CONN && !is_ready(p, peer, item))
		return;
	p->phase = PHASE_ITEM;
	play_push(p, peer, step);
}

void
play_begin_item(struct play *p)
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
	bool reply = p->phase == PHASE_ITEM && item->kind == SCRIPT_EXCHANGE &&
	    x->heard < item->nreply;

	if (p->item_failed)
		return;
	if (p->in_hand && p->in_hand->closed &&
	    (p->step_err == ERR_PROTO || p->step_err == ERR_CONNECT) && p->exchange.heard == 0 &&
	    item->kind == SCRIPT_EXCHANGE) {
		play_fail(p, ERR_PROTO, NULL, NULL, item->place, "%s", is_lost(p->in_hand));
		return;
	}
	if (p->problem[0] || !last)
		play_fail(p, p->step_err, reply ? item->reply[x->heard] : NULL, NULL,
		    reply && item->reply[x->heard] ? item->reply[x->heard]->place : item->place,
		    "%s", p->problem[0] ? p->problem : err_meaning(p->step_err));
	else
		play_fail(p, ERR_EXPECT, NULL, last, item->place, "expected success, received %03u",
		    last->code);
}

/* S: lines behind a step judge its last replies; what it did not read itself is read now. */
static void
judge_step(struct play *p)
{
	const struct script_item *item = p->item;
	size_t have = p->ncollected < item->nreply ? p->ncollected : item->nreply;

	for (size_t k = 0; k < have && !p->item_failed; k++)
		play_judge(p, item, k, p->collected[p->ncollected - have + k], NULL);
	if (have == item->nreply || p->item_failed)
		return;
	p->reading = (struct script_item){ .kind = SCRIPT_EXCHANGE,
		.place = item->place,
		.peer = item->peer,
		.reply = item->reply + have,
		.nreply = item->nreply - have };
	push_exchange(p, &p->peer[item->peer], &p->reading, PHASE_REST);
}

static bool
is_refusal(enum err_kind kind)
{
	return kind == ERR_TEMPORARY || kind == ERR_REFUSED || kind == ERR_RECIPIENTS;
}

/* What was in hand is over. */
void
play_take_up(struct play *p)
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
