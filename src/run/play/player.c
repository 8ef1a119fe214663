/* player - walks lines and steps over sessions. */
#include "run/play/player_priv.h"

#include <stdio.h>
#include <stdlib.h>

#include "run/session/steps/list.h"
#include "run/session/steps/open.h"

static void
step_ended(struct player *p, const struct event *event)
{
	bool refused = event->err == ERR_TEMPORARY || event->err == ERR_REFUSED ||
	    (event->err == ERR_PROTO && p->answered.code &&
		session_view(p->session).state == SESSION_OPEN);

	p->step = NULL;
	player_find_drop(p, event->step);
	if (p->opts.interactive)
		player_drop_ahead(p);
	if (event->err == ERR_NONE)
		return;
	if (p->judge && (event->step->op->traits & STEP_IS_LINE) && refused) {
		p->held = event->err;
		return;
	}
	p->status = err_worse(p->status, event->err);
	if (p->opts.interactive)
		player_give_back(p);
	else if (p->opts.fail_fast || (event->step->op->traits & STEP_OPENS) ||
	    session_view(p->session).state != SESSION_OPEN)
		p->ended = true, waiting_drop(&p->lines);
}

/*
 * Lines behind a close that was not asked for have nobody to go to, unless the next one connects
 * anew.
 */
static void
after_close(struct player *p)
{
	struct span next = waiting_text(p->lines.first);

	if (cursor_is_command(next, NULL) || (p->judge && judge_takes(next)))
		return;
	p->ended = true;
	waiting_drop(&p->lines);
}

/* A command that may invite content, or a response. */
static void
sent(struct player *p, const struct event *event)
{
	const struct step *step = event->step;
	bool typed = step && (step->op->traits & STEP_SENDS_TYPED);

	p->answered.code = 0;
	p->answered.typed = typed && event->sent.kind != SENT_TEXT;
	if (!p->answered.typed)
		return;
	p->answered.due = due_command(span_trim(event->sent.text));
	if (session_view(p->session).dialogue.mode == MODE_ANSWER)
		p->answered.due = (struct due){ .stage = DUE_RESPONSE, .verb = VERB_AUTH };
}

static void
on_event(void *ctx, const struct event *event)
{
	struct player *p = ctx;

	p->event(p->ctx, event);
	if (event->session != session_view(p->session).number)
		/* another one's: what is typed does not hang on it */
		return;
	switch (event->kind) {
	case EVENT_SENT:
		sent(p, event);
		break;
	case EVENT_CONNECTED:
		p->opened = true;
		break;
	case EVENT_PROBLEM:
		if (event->err == ERR_UNKNOWN)		/* with or without a step in hand */
			p->status = err_worse(p->status, event->err);
		break;
	case EVENT_REPLY:
		if (p->judge)
			judge_heard(p->judge, event);
		if (!event->answer.surprise && !event->answer.late) {
			p->answered.due = event->answer.due;
			p->answered.code = event->answer.reply->code;
			p->answered.failed = event->err;
		}
		if (event->answer.surprise && p->opts.interactive)
			player_give_back(p);
		if (event->answer.surprise)
			p->status = err_worse(p->status, event->err);
		break;
	case EVENT_CLOSED:
		p->status = err_worse(p->status, event->err);
		if (p->opts.interactive && !event->closed.expected)
			player_give_back(p);
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

/* The next session that somebody should say QUIT to. */
static bool
next_to_leave(struct player *p)
{
	p->left[session_view(p->session).number - 1] = true;
	for (size_t i = 0; i < PLAYER_SESSIONS; i++)
		if (p->sessions[i] && !p->left[i] &&
		    session_view(p->sessions[i]).state != SESSION_CLOSED) {
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

	player_settle(p);
	player_tell_drop(p);
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
	player_push(p, &quit);
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
	player_work_lines(p);
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
	    (unsigned long long)p->opts.deadline_ms / 1000,
	    (unsigned long long)p->opts.deadline_ms % 1000);
	player_tell(p, EVENT_PROBLEM, ERR_TIMEOUT, span_of(text));
	p->status = err_worse(p->status, ERR_TIMEOUT);
	player_stop(p);
}

struct player *
player_new(struct session_env *env, const struct session_opts *session_opts,
    const struct player_opts *opts, event_fn *event, void *ctx)
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
	player_push(p, step_new_open(target, &p->opening));
}

void
player_command(struct player *p, struct span line)
{
	if (cursor_is_command(line, NULL))
		waiting_insert(&p->lines, NULL, line, (struct place){ 0 })->command = true;
	else
		player_tell(p, EVENT_PROBLEM, ERR_USAGE,
		    SPAN("only a command that begins with \"/\" and a word goes here"));
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

void
player_line_first(struct player *p, struct span line, struct place place)
{
	waiting_insert(&p->lines, NULL, line, place);
	loop_kick(p->env->loop);
}

bool
player_line(struct player *p, struct span line, struct place place)
{
	if (p->lines.n == PLAYER_LINES_MAX)
		return false;
	if (p->inserting)
		p->inserted = waiting_insert(&p->lines, p->inserted, line, place);
	else
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
	player_give_back(p);
	session_cancel(p->session);
	return true;
}

void
player_stop(struct player *p)
{
	waiting_drop(&p->lines);
	for (size_t i = 0; i < PLAYER_SESSIONS; i++)
		if (p->sessions[i]) {
			session_cancel(p->sessions[i]);
			session_disconnect(p->sessions[i]);
		}
	p->ended = p->done = true;
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
	const struct session *s = number >= 1 && number <= PLAYER_SESSIONS ?
	    p->sessions[number - 1] :
	    NULL;

	return s ? session_view(s) : (struct session_view){ 0 };
}
