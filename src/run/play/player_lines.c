/* player_lines - the lines that wait: which go on, which are given back or dropped after a failure. */
#include <stdio.h>

#include "base/base64.h"
#include "run/play/player_priv.h"

void
player_tell(struct player *p, enum event_kind kind, enum err_kind err, struct span text)
{
	struct event event = { .kind = kind, .session = session_view(p->session).number, .at_us = loop_now_us(),
		.err = err, .text = text };

	p->event(p->ctx, &event);
}

void
player_give_back(struct player *p)
{
	for (struct waiting *w = p->lines.first; w; w = w->next)
		player_tell(p, EVENT_UNSENT, ERR_NONE, waiting_text(w));
	waiting_drop(&p->lines);
}

/* A message behind a DATA that was not answered 354 is dropped up to its lone dot, never sent as commands. */
static bool
skip_message(struct player *p)
{
	if (!p->skipping || !p->lines.first)
		return false;
	p->skipping = !span_eq(waiting_text(p->lines.first), SPAN("."));
	waiting_skip(&p->lines);
	return true;
}

/* Answers typed ahead of an AUTH that was not answered 334 are dropped: as commands they would be told to everybody. */
static bool
skip_answer(struct player *p)
{
	struct waiting *w = p->lines.first;
	struct span line = waiting_text(w);

	if (!p->answering || !w)
		return false;
	if (w->command || w->step || line.len == 0 || verb_of(line, NULL) != VERB_OTHER || !(base64_is(line) || span_eq(line, SPAN("*")))) {
		p->answering = false;
		return false;
	}
	waiting_skip(&p->lines);
	player_tell(p, EVENT_PROBLEM, ERR_NONE, SPAN("not sent: an answer to an AUTH that was not answered 334"));
	return true;
}

void
player_drop_message(struct player *p)
{
	char text[100];
	size_t n = p->lines.n;

	p->skipping = true;
	while (skip_message(p))
		;
	p->skipping = false;
	n -= p->lines.n;
	if (n == 0)
		return;
	snprintf(text, sizeof text, "the message typed ahead was not sent: %zu line%s dropped", n, n == 1 ? "" : "s");
	player_tell(p, EVENT_PROBLEM, ERR_NONE, span_of(text));
}

void
player_settle(struct player *p)
{
	if (p->held == ERR_NONE)
		return;
	p->status = err_worse(p->status, p->held);
	p->held = ERR_NONE;
	if (p->opts.fail_fast || session_view(p->session).state != SESSION_OPEN)
		p->ended = true, waiting_drop(&p->lines);
}

static enum dialogue_mode
mode_of(const struct player *p, const struct waiting *w)
{
	return w->command ? MODE_COMMAND : session_view(p->session).dialogue.mode;
}

static const struct step *
parse(struct player *p, const struct waiting *w)
{
	struct span line = waiting_text(w), name;
	struct err err;
	enum dialogue_mode mode = mode_of(p, w);

	if (mode == MODE_COMMAND && p->opts.command && cursor_is_command(line, &name) && !step_find(step_ops, name) &&
	    p->opts.command(p->opts.command_ctx, name, span_trim(span_skip(line, 1 + name.len))))
		return NULL;
	const struct step *step = NULL;
	struct cursor cursor = { .place = w->place, .line = line, .rest = line };
	if (mode == MODE_COMMAND && p->opts.only_at_prompt && cursor_is_command(line, &name) && !step_find(step_ops, name) &&
	    p->opts.only_at_prompt(name))
		cursor_fail(&cursor, &err, "/%.*s works only at the prompt", SPAN_ARG(name));
	else if (mode == MODE_COMMAND && waiting_tag(w).len > 0)
		err_set(&err, ERR_USAGE, "the text has no end: a line \"%.*s\" is missing", SPAN_ARG(span_first(waiting_tag(w), 40)));
	else
		step = step_parse(step_ops, line, mode, w->place, &p->arena, &err);
	if (!step) {
		p->status = err_worse(p->status, err.kind);
		player_tell(p, EVENT_PROBLEM, err.kind, span_of(err.text));
	}
	return step;
}

/* The text of a command that ends in <<TAG goes with it. False: it has not all come. */
static bool
gather_text(struct player *p)
{
	return mode_of(p, p->lines.first) != MODE_COMMAND || waiting_join_text(&p->lines) || p->ended;
}

/* A comment, or an S: line that judges the reply before it. */
static bool
is_about_lines(struct player *p)
{
	struct waiting *w = p->lines.first;
	struct span line = waiting_text(w);
	struct err err;

	if (!p->judge || !w || w->command || w->step)
		return false;
	if (!judge_takes(p->judge, line)) {
		player_settle(p);
		if (!p->lines.first)
			return true;
		if (p->skipping || line.len == 0 || line.at[0] != '#' || mode_of(p, w) != MODE_COMMAND)
			return false;
		waiting_skip(&p->lines);
		return true;
	}
	enum judged judged = judge_line(p->judge, line, w->place, &err);
	if (judged != JUDGED_OPEN && !judge_fears(p->judge))
		p->held = ERR_NONE;
	if (judged == JUDGED_BAD) {
		p->status = err_worse(p->status, err.kind);
		player_tell(p, EVENT_PROBLEM, err.kind, span_of(err.text));
	}
	waiting_skip(&p->lines);
	if (judged == JUDGED_BAD && p->opts.fail_fast)
		p->ended = true, waiting_drop(&p->lines);
	return true;
}

static void
next_line(struct player *p)
{
	struct waiting *w = p->lines.first;

	if (!w->step && p->opts.turn && !p->opts.turn(p->opts.turn_ctx, waiting_text(w), w->place, mode_of(p, w))) {
		player_give_back(p);
		return;
	}
	waiting_take(&p->lines);
	arena_reset(&p->arena);
	const struct step *step = w->step ? w->step : parse(p, w);
	waiting_free(w);
	if (step && p->judge)
		judge_sent(p->judge);
	if (step)
		player_push(p, step);
}

void
player_push(struct player *p, const struct step *step)
{
	p->step = step;
	session_push(p->session, step);
}

void
player_drop_answers(struct player *p)
{
	while (skip_answer(p))
		;
}

void
player_work_lines(struct player *p)
{
	while (!p->step && p->lines.first) {
		if (is_about_lines(p) || skip_message(p) || skip_answer(p))
			continue;
		if (!gather_text(p))
			break;
		next_line(p);
	}
}
