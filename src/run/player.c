/* player - walks lines and steps over sessions. */
#include "run/player.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "run/player_judge.h"
#include "run/steps/list.h"
#include "run/steps/open.h"
#include "run/waiting.h"

struct player {
	struct session_env *env;
	struct player_opts opts;
	event_fn *event;
	void *ctx;
	const struct session_opts *session_opts;
	struct session *sessions[PLAYER_SESSIONS];	/* by number, less 1; NULL: never used */
	bool left[PLAYER_SESSIONS];			/* its QUIT was said at the end */
	struct session *session;			/* that is used */
	struct loop_idle *hook;
	struct loop_timer *deadline;		/* NULL: none */
	struct arena opening, arena;		/* the target's step; the step in hand */
	struct waiting_list lines;
	const struct step *step;		/* in hand */
	bool stepping, ended, quitting, done, opened, skipping, answering, told_idle;
	struct judge *judge;			/* of lines without a person */
	enum err_kind held;			/* a refusal that the next line may have asked for */
	enum err_kind status;
};

static void
emit_text(struct player *p, enum event_kind kind, enum err_kind err, struct span text)
{
	struct event event = { .kind = kind, .session = session_view(p->session).number, .at_us = loop_now_us(),
		.err = err, .text = text };

	p->event(p->ctx, &event);
}

/* What was typed ahead of a failure is given back, not sent. */
static void
give_back(struct player *p)
{
	for (struct waiting *w = p->lines.first; w; w = w->next)
		emit_text(p, EVENT_UNSENT, ERR_NONE, waiting_text(w));
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
	emit_text(p, EVENT_PROBLEM, ERR_NONE, SPAN("not sent: an answer to an AUTH that was not answered 334"));
	return true;
}

/* The same at once, for a person: what they type from now on is no longer that message. */
static void
drop_message(struct player *p)
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
	emit_text(p, EVENT_PROBLEM, ERR_NONE, span_of(text));
}

static void
step_ended(struct player *p, const struct event *event)
{
	enum verb verb = event->step->op == &step_line ? verb_of(event->step->text, NULL) : VERB_OTHER;

	p->step = NULL;
	if (event->err == ERR_NONE)
		return;
	p->answering = verb == VERB_AUTH;
	while (p->opts.interactive && skip_answer(p))
		;
	if (p->judge && verb == VERB_DATA)
		p->skipping = true;
	if (p->judge && event->step->op == &step_line && (event->err == ERR_TEMPORARY || event->err == ERR_REFUSED)) {
		p->held = event->err;
		return;
	}
	p->status = err_worse(p->status, event->err);
	if (p->opts.interactive && verb == VERB_DATA)
		drop_message(p);
	if (p->opts.interactive)
		give_back(p);
	else if (p->opts.fail_fast || event->step->op == &step_open || session_view(p->session).state != SESSION_OPEN)
		p->ended = true, waiting_drop(&p->lines);
}

/* No S: asked for the refusal: it is a failure. */
static void
settle(struct player *p)
{
	if (p->held == ERR_NONE)
		return;
	p->status = err_worse(p->status, p->held);
	p->held = ERR_NONE;
	if (p->opts.fail_fast || session_view(p->session).state != SESSION_OPEN)
		p->ended = true, waiting_drop(&p->lines);
}

/* Lines behind a close that was not asked for have nobody to go to, unless the next one connects anew. */
static void
after_close(struct player *p)
{
	struct span next = waiting_text(p->lines.first);

	if (step_is_command(next, NULL) || (p->judge && judge_takes(p->judge, next)))
		return;
	p->ended = true;
	waiting_drop(&p->lines);
}

static void
on_event(void *ctx, const struct event *event)
{
	struct player *p = ctx;

	p->event(p->ctx, event);
	if (event->session != session_view(p->session).number)
		return;				/* another one's: what is typed does not hang on it */
	switch (event->kind) {
	case EVENT_CONNECTED:
		p->opened = true;
		break;
	case EVENT_REPLY:
		if (p->judge)
			judge_heard(p->judge, event->answer.reply, event->answer.verb, event->answer.dot);
		if (event->answer.surprise && p->opts.interactive)
			give_back(p);
		if (event->answer.surprise)
			p->status = err_worse(p->status, event->err ? event->err : ERR_PROTO);
		break;
	case EVENT_CLOSED:
		p->status = err_worse(p->status, event->err);
		if (p->opts.interactive && !event->closed.expected)
			give_back(p);
		else if (!p->opts.interactive && !p->step && event->closed.by != CLOSED_BY_US)
			after_close(p);
		break;
	case EVENT_STEP_ENDED:
		step_ended(p, event);
		break;
	default:
		break;
	}
}

static void
push(struct player *p, const struct step *step)
{
	p->step = step;
	session_push(p->session, step);
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

	if (mode == MODE_COMMAND && p->opts.command && step_is_command(line, &name) && !step_find(step_ops, name) &&
	    p->opts.command(p->opts.command_ctx, name, span_trim(span_skip(line, 1 + name.len))))
		return NULL;
	const struct step *step = NULL;
	struct cursor cursor = { .place = w->place, .line = line, .rest = line };
	if (mode == MODE_COMMAND && p->opts.only_at_prompt && step_is_command(line, &name) && !step_find(step_ops, name) &&
	    p->opts.only_at_prompt(name))
		cursor_fail(&cursor, &err, "/%.*s works only at the prompt", SPAN_ARG(name));
	else if (mode == MODE_COMMAND && waiting_tag(w).len > 0)
		err_set(&err, ERR_USAGE, "the text has no end: a line \"%.*s\" is missing", SPAN_ARG(span_first(waiting_tag(w), 40)));
	else
		step = step_parse(step_ops, line, mode, w->place, &p->arena, &err);
	if (!step) {
		p->status = err_worse(p->status, err.kind);
		emit_text(p, EVENT_PROBLEM, err.kind, span_of(err.text));
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
		settle(p);
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
		emit_text(p, EVENT_PROBLEM, err.kind, span_of(err.text));
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
		give_back(p);
		return;
	}
	waiting_take(&p->lines);
	arena_reset(&p->arena);
	const struct step *step = w->step ? w->step : parse(p, w);
	waiting_free(w);
	if (step && p->judge)
		judge_sent(p->judge);
	if (step)
		push(p, step);
}

/* The next session that somebody should say QUIT to. */
static bool
next_to_leave(struct player *p)
{
	p->left[session_view(p->session).number - 1] = true;
	for (size_t i = 0; i < PLAYER_SESSIONS; i++)
		if (p->sessions[i] && !p->left[i] && session_view(p->sessions[i]).state != SESSION_CLOSED) {
			p->session = p->sessions[i];
			p->quitting = false;
			return true;
		}
	return false;
}

static void
finish(struct player *p)
{
	static const struct step quit = { .op = &step_quit };
	struct session_view view = session_view(p->session);

	settle(p);
	if (p->quitting && view.state != SESSION_CLOSED)
		session_cancel(p->session);
	if (view.state == SESSION_CLOSED || p->quitting) {
		p->done = !next_to_leave(p);
		if (p->done)
			return;
		view = session_view(p->session);
	}
	if (view.dialogue.mode == MODE_MESSAGE)
		p->status = err_worse(p->status, ERR_USAGE);
	p->quitting = true;
	push(p, &quit);
}

/* Once per wake-up: as many lines as go without waiting. */
static void
on_idle(void *ctx, unsigned ready)
{
	struct player *p = ctx;

	(void)ready;
	if (p->stepping || p->done)
		return;
	p->stepping = true;
	while (!p->step && p->lines.first) {
		if (is_about_lines(p) || skip_message(p) || skip_answer(p))
			continue;
		if (!gather_text(p))
			break;
		next_line(p);
	}
	if (!p->step && !p->lines.first && p->ended)
		finish(p);
	p->stepping = false;
	if (p->opts.idle)
		p->opts.idle(p->ctx);
}

static void
on_deadline(void *ctx, unsigned ready)
{
	struct player *p = ctx;
	char text[100];

	(void)ready;
	snprintf(text, sizeof text, "the whole did not end within %llu.%03llu s (--deadline)",
	    (unsigned long long)p->opts.deadline_ms / 1000, (unsigned long long)p->opts.deadline_ms % 1000);
	emit_text(p, EVENT_PROBLEM, ERR_TIMEOUT, span_of(text));
	p->status = err_worse(p->status, ERR_TIMEOUT);
	player_drop(p);
	session_disconnect(p->session);
	p->ended = p->done = true;
}

struct player *
player_new(struct session_env *env, const struct session_opts *session_opts, const struct player_opts *opts,
    event_fn *event, void *ctx)
{
	struct player *p = memory_zeroed(sizeof *p);

	*p = (struct player){ .env = env, .opts = *opts, .event = event, .ctx = ctx };
	waiting_init(&p->lines);
	p->session_opts = session_opts;
	player_use(p, 1);
	if (opts->deadline_ms) {
		p->deadline = loop_timer(env->loop, on_deadline, p);
		loop_timer_set(p->deadline, opts->deadline_ms);
	}
	p->hook = loop_idle(env->loop, on_idle, p);
	if (!opts->interactive)
		p->judge = judge_new();
	return p;
}

void
player_free(struct player *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < PLAYER_SESSIONS; i++)
		session_free(p->sessions[i]);
	loop_timer_free(p->deadline);
	loop_idle_free(p->hook);
	waiting_drop(&p->lines);
	judge_free(p->judge);
	arena_release(&p->opening);
	arena_release(&p->arena);
	free(p);
}

void
player_open(struct player *p, const struct target *target)
{
	arena_reset(&p->opening);
	push(p, step_new_open(target, &p->opening));
}

void
player_command(struct player *p, struct span line)
{
	if (step_is_command(line, NULL))
		waiting_add_first(&p->lines, line, (struct place){ 0 })->command = true;
	else
		emit_text(p, EVENT_PROBLEM, ERR_USAGE, SPAN("only a command that begins with \"/\" and a word goes here"));
}

bool
player_use(struct player *p, unsigned number)
{
	struct session **s = &p->sessions[number - 1];

	if (p->step)
		return false;
	if (!*s) {
		*s = session_new(p->env, p->session_opts, on_event, p);
		session_set_number(*s, number);
	}
	p->session = *s;
	return true;
}

bool
player_busy(const struct player *p)
{
	return p->step || p->lines.first;
}

bool
player_line(struct player *p, struct span line, struct place place)
{
	if (p->lines.n == PLAYER_LINES_MAX)
		return false;
	waiting_add(&p->lines, line, place);
	loop_kick(p->env->loop);
	return true;
}

void
player_step(struct player *p, const struct step *step)
{
	waiting_add(&p->lines, step->text, step->place)->step = step;
	loop_kick(p->env->loop);
}

bool
player_wants(const struct player *p)
{
	return p->lines.n < PLAYER_WINDOW && !p->ended;
}

void
player_end(struct player *p)
{
	p->ended = true;
	loop_kick(p->env->loop);
}

bool
player_cancel(struct player *p)
{
	if (!p->step && !p->lines.first)
		return false;
	give_back(p);
	session_cancel(p->session);
	return true;
}

void
player_drop(struct player *p)
{
	session_cancel(p->session);
	waiting_drop(&p->lines);
}

bool
player_answer(struct player *p, struct span text)
{
	return session_answer_question(p->session, text);
}

bool
player_done(const struct player *p)
{
	return p->done;
}

enum err_kind
player_status(const struct player *p)
{
	return p->status;
}

bool
player_opened(const struct player *p)
{
	return p->opened;
}

struct session_view
player_view(const struct player *p)
{
	return session_view(p->session);
}

struct session_view
player_view_of(const struct player *p, unsigned number)
{
	const struct session *s = number >= 1 && number <= PLAYER_SESSIONS ? p->sessions[number - 1] : NULL;

	return s ? session_view(s) : (struct session_view){ 0 };
}
