/* queue - the queued steps, the current one, and what it waits for. */
#include <assert.h>
#include <stdlib.h>

#include "run/session/session_impl.h"

/* how long to wait for a second reply after a late one */
enum { LATE_MS = 1000 };

/* ---- waiting */

void
session_stop_waiting(struct session *s)
{
	if (s->deadline && (s->waiting_us || s->sleeping))
		loop_timer_stop(s->deadline);
	s->wait = WAIT_NOTHING;
	s->waiting_us = s->deadline_ms = 0;
	s->sleeping = false;
}

static void
queue_set_deadline(struct session *s, uint64_t ms)
{
	if (!s->deadline)
		s->deadline = loop_timer(s->env->loop, s->on_deadline, s);
	loop_timer_set(s->deadline, ms);
}

void
session_wait(struct session *s, enum wait what, uint64_t ms)
{
	if (s->wire.late.open) {
		what = WAIT_SECOND;
		ms = LATE_MS;
	}
	s->wait = what;
	s->wait_verb = VERB_OTHER;
	s->waiting_us = loop_now_us();
	s->deadline_ms = ms;
	s->sleeping = false;
	if (ms)
		queue_set_deadline(s, ms);
}

void
session_wait_reply(struct session *s, enum verb verb)
{
	const struct timeouts *t = &s->opts->timeouts;

	session_wait(s, WAIT_REPLY, verb == VERB_QUIT ? t->quit : t->reply);
	s->wait_verb = verb;
}

void
session_wait_message(struct session *s)
{
	session_wait(s, WAIT_END_OF_DATA, s->opts->timeouts.dot);
}

void
session_want_room(struct session *s)
{
	s->wire.wants_room = true;
}

void
session_wait_room(struct session *s)
{
	session_want_room(s);
	session_wait(s, WAIT_ROOM, s->opts->timeouts.reply);
}

void
session_wait_anew(struct session *s)
{
	enum verb verb = s->wait_verb;

	if (!s->waiting_us || s->sleeping)
		return;
	session_wait(s, s->wait, s->deadline_ms);
	s->wait_verb = verb;
}

void
session_sleep(struct session *s, uint64_t ms)
{
	session_stop_waiting(s);
	s->sleeping = true;
	queue_set_deadline(s, ms);
}

struct silence
session_silence(struct session *s)
{
	struct span pending = s->wire.conv && s->role == CONV_CLIENT ?
	    session_shown(s, conv_pending(s->wire.conv)) :
	    SPAN_NONE;

	return (struct silence){ .wait = s->wait,
		.verb = s->wait_verb,
		.ms = s->deadline_ms,
		.pending = pending,
		.pieces = pending.len > 0 ? s->wire.pieces : 0 };
}

void
session_offload(struct session *s, void (*work)(void *data), void (*drop)(void *data), void *data)
{
	assert(s->step && !s->offloaded);
	s->offloaded = loop_work(s->env->loop, work, drop, data, s->on_offloaded, s);
}

/* ---- asking the user */

static enum progress
queue_ask(struct session *s, struct event question, const char *what)
{
	if (!s->opts->can_ask)
		return session_fail(s, ERR_USAGE, "there is no terminal to ask for %s", what);
	s->asking = true;
	session_emit(s, &question);
	return STEP_WAIT;
}

enum progress
session_ask(struct session *s, const char *prompt, bool secret, const char *what)
{
	return queue_ask(s,
	    (struct event){
		.kind = EVENT_QUESTION, .question = { span_of(prompt), .secret = secret } },
	    what);
}

enum progress
session_ask_text(struct session *s, const char *prompt, const char *what)
{
	return queue_ask(s,
	    (struct event){ .kind = EVENT_QUESTION, .question = { span_of(prompt), .text = true } },
	    what);
}

/* ---- the current step */

void
session_end_step(struct session *s, enum progress progress)
{
	struct event event = { .kind = EVENT_STEP_ENDED,
		.err = progress == STEP_FAIL ? s->failed : ERR_NONE };

	if (!s->step)
		return;
	session_stop_waiting(s);
	loop_work_free(s->offloaded);
	s->offloaded = NULL;
	if (progress == STEP_DONE)
		s->failed = ERR_NONE;
	else if (s->fate_unknown)
		event.err = s->failed = ERR_UNKNOWN;
	const struct step *step = s->step;
	/* the consumer may free the step */
	const struct step_op *op = step->op;
	void *state = s->step_state;
	s->step = NULL;
	s->step_state = NULL;
	s->asking = false;
	event.session = s->number;
	event.at_us = loop_now_us();
	event.tls = s->dialogue.tls;
	event.step = step;
	event.cancelled = s->cancelled;
	s->cancelled = false;
	session_hand_on(s, &event);
	if (op->release)
		op->release(state);
	free(state);
}

void
session_tell(struct session *s, const struct news *news)
{
	if (!s->step || !s->step->op->on_news)
		return;
	/* An unsolicited or late reply is not what is waited for: the deadline stays. */
	if (news->kind != NEWS_REPLY || (news->event->ticket && !news->event->late))
		session_stop_waiting(s);
	enum progress progress = s->step->op->on_news(s, s->step, s->step_state, news);
	if (progress != STEP_WAIT)
		session_end_step(s, progress);
}

/* Returns the first thing that a step needs and lacks, in words. NULL: it lacks nothing. */
static const char *
queue_lacks(const struct session *s, const struct step *step)
{
	unsigned traits = step->op->traits;
	bool connects = (traits & STEP_CONNECTS) && s->opts->can_ask;

	if ((traits & STEP_NEEDS_CONN) && !connects && s->state != SESSION_OPEN)
		return s->link.target.text.len ?
		    "not connected; use /reopen to try again, or /open TARGET" :
		    "not connected; use /open TARGET";
	if ((traits & STEP_NEEDS_CLEAR) && s->dialogue.tls)
		return "TLS is already active";
	if ((traits & STEP_NEEDS_TLS) && !s->dialogue.tls)
		return "the connection is not encrypted; use /starttls";
	if ((traits & STEP_NEEDS_COMMAND) && s->dialogue.mode == MODE_MESSAGE)
		return "a message is being sent: end it with a lone dot first";
	if ((traits & STEP_NEEDS_COMMAND) && s->dialogue.mode == MODE_ANSWER)
		return "AUTH is waiting for a response: cancel it with a lone \"*\" first";
	if (step->secret && !(traits & STEP_NEEDS_CONN))
		return "secrets are not allowed here: they would go to more than the connected "
		       "server";
	return NULL;
}

static void
queue_begin(struct session *s, const struct step *step)
{
	const char *lack = queue_lacks(s, step), *name = step->op->name;
	enum progress progress = STEP_FAIL;

	s->step = step;
	s->step_state = step->op->state_size ? memory_zeroed(step->op->state_size) : NULL;
	s->failed = ERR_NONE;
	s->fate_unknown = false;
	if (lack)
		session_fail(s, s->state == SESSION_OPEN ? ERR_USAGE : ERR_CONNECT, "%s%s%s", name,
		    *name ? ": " : "", lack);
	else if (session_lets_out(s, step->secret))
		progress = step->op->start(s, step, s->step_state);
	if (progress != STEP_WAIT)
		session_end_step(s, progress);
}

void
session_run_steps(struct session *s)
{
	while (!s->step && s->queue) {
		struct queued *q = s->queue;
		const struct step *step = q->step;
		s->queue = q->next;
		if (!s->queue)
			s->queue_end = &s->queue;
		free(q);
		queue_begin(s, step);
	}
}
