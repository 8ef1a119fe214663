/* session - the queue of steps, what they hear, and how long they wait. */
#include "run/session/session_impl.h"

#include <assert.h>
#include <stdlib.h>

#include "run/session/diagnose.h"

/* so long a server that answers in order has for the reply behind one that was late */
enum { LATE_MS = 1000 };

static void
stop_waiting(struct session *s)
{
	if (s->timer && (s->waiting_us || s->sleeping))
		loop_timer_stop(s->timer);
	s->wait = WAIT_NOTHING;
	s->waiting_us = s->deadline_ms = 0;
	s->sleeping = false;
}

static void
give_up_all(struct session *s)
{
	for (size_t i = 0; s->conv && i < s->asked_n; i++)
		conv_give_up(s->conv, s->asked[i].ticket);
	if (session_lose_replies(s) == 0)
		return;
	session_tell_unknown(s);
	/* its end went out: what is said next is a command */
	dialogue_message_over(&s->dialogue);
}

/*
 * The step in hand is given up, by the person or by its deadline. What goes on within a message or
 * a chunk can only be ended with the connection: what came next would be taken for a part of it.
 */
static void
leave_off(struct session *s)
{
	bool within = s->role == CONV_CLIENT && session_is_within_octets(s);

	give_up_all(s);
	if (within && s->conn) {
		session_note(s, "the connection is dropped without completing the message");
		session_close(s, true);
	}
	if (s->step->op->cancel && (s->role == CONV_CLIENT || s->cancelled))
		s->step->op->cancel(s, s->step, s->step_state);
}

static void
on_offloaded_done(void *ctx, unsigned ready)
{
	struct session *s = ctx;

	(void)ready;
	loop_work_free(s->offloaded);
	s->offloaded = NULL;
	s->working = true;
	session_tell(s, &(struct news){ .kind = NEWS_WORKED });
	s->working = false;
	session_work(s);
}

void
session_offload(struct session *s, void (*work)(void *data), void (*drop)(void *data), void *data)
{
	assert(s->step && !s->offloaded);
	s->offloaded = loop_work(s->env->loop, work, drop, data, on_offloaded_done, s);
}

static void
end_step(struct session *s, enum progress progress)
{
	struct event event = { .kind = EVENT_STEP_ENDED,
		.err = progress == STEP_FAIL ? s->failed : ERR_NONE };

	if (!s->step)
		return;
	stop_waiting(s);
	loop_work_free(s->offloaded);
	s->offloaded = NULL;
	if (progress == STEP_DONE)
		s->failed = ERR_NONE;
	else if (s->fate_unknown)
		event.err = s->failed = ERR_UNKNOWN;
	const struct step *step = s->step;
	/* who hears of its end may give its memory back */
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

static void
timed_out(struct session *s)
{
	char text[DIAGNOSIS_SIZE];
	if (session_find_step(s))
		return;
	struct silence silence = session_silence(s);
	diagnose_silence(&silence, text);
	stop_waiting(s);
	session_fail(s, ERR_TIMEOUT, "%s", text);
	leave_off(s);
	/* Half a handshake is neither clear nor protected. */
	if ((s->state == SESSION_OPENING && !s->conn) || s->opts->careful || s->shake_us ||
	    s->shake_when_sent)
		session_close(s, true);
	end_step(s, STEP_FAIL);
}

static void
on_timer(void *ctx, unsigned ready)
{
	struct session *s = ctx;

	(void)ready;
	s->working = true;
	if (s->sleeping) {
		stop_waiting(s);
		session_tell(s, &(struct news){ .kind = NEWS_TIMER });
	} else if (s->waiting_us) {
		timed_out(s);
	}
	s->working = false;
	session_work(s);
}

static void
set_timer(struct session *s, uint64_t ms)
{
	if (!s->timer)
		s->timer = loop_timer(s->env->loop, on_timer, s);
	loop_timer_set(s->timer, ms);
}

void
session_wait(struct session *s, enum wait what, uint64_t ms)
{
	if (s->late.open) {
		what = WAIT_SECOND;
		ms = LATE_MS;
	}
	s->wait = what;
	s->wait_verb = VERB_OTHER;
	s->waiting_us = loop_now_us();
	s->deadline_ms = ms;
	s->sleeping = false;
	if (ms)
		set_timer(s, ms);
}

void
session_sleep(struct session *s, uint64_t ms)
{
	stop_waiting(s);
	s->sleeping = true;
	set_timer(s, ms);
}

void
session_wait_reply(struct session *s, enum verb verb)
{
	const struct timeouts *t = &s->opts->timeouts;

	session_wait(s, WAIT_REPLY, verb == VERB_QUIT ? t->quit : t->reply);
	s->wait_verb = verb;
}

void
session_tell(struct session *s, const struct news *news)
{
	if (!s->step || !s->step->op->heard)
		return;
	/*
	 * What nothing asked for, and what comes late, is not what is waited for: the deadline
	 * stands.
	 */
	if (news->kind != NEWS_REPLY || (news->event->ticket && !news->event->late))
		stop_waiting(s);
	enum progress progress = s->step->op->heard(s, s->step, s->step_state, news);
	if (progress != STEP_WAIT)
		end_step(s, progress);
}

/* The first thing that a step needs and does not have, in words; NULL when it has all. */
static const char *
lacks(const struct session *s, const struct step *step)
{
	unsigned traits = step->op->traits;

	if ((traits & STEP_NEEDS_CONN) && s->state != SESSION_OPEN)
		return s->target.text.len ?
		    "there is no connection: /reopen tries the same again, /open TARGET another" :
		    "there is no connection: /open TARGET makes one";
	if ((traits & STEP_NEEDS_CLEAR) && s->dialogue.tls)
		return "TLS is on already";
	if ((traits & STEP_NEEDS_TLS) && !s->dialogue.tls)
		return "the connection is in the clear: /starttls begins TLS";
	if ((traits & STEP_NEEDS_COMMAND) && s->dialogue.mode == MODE_MESSAGE)
		return "a message is being sent: end it with a lone dot first";
	if ((traits & STEP_NEEDS_COMMAND) && s->dialogue.mode == MODE_ANSWER)
		return "AUTH waits for an answer: cancel it with a lone \"*\" first";
	if (step->secret && !(traits & STEP_NEEDS_CONN))
		return "no secret may stand here: it would go to more than the server that is "
		       "connected to";
	return NULL;
}

static void
begin(struct session *s, const struct step *step)
{
	const char *lack = lacks(s, step);

	s->step = step;
	s->step_state = step->op->state_size ? memory_zeroed(step->op->state_size) : NULL;
	s->failed = ERR_NONE;
	s->fate_unknown = false;
	enum progress progress = lack ?
	    session_fail(s, s->state == SESSION_OPEN ? ERR_USAGE : ERR_CONNECT, "%s%s%s",
		step == NULL || (step->op->traits & STEP_IS_LINE) ? "" : step->op->name,
		(step->op->traits & STEP_IS_LINE) ? "" : ": ", lack) :
	    !session_lets_out(s, step->secret) ? STEP_FAIL :
						 step->op->start(s, step, s->step_state);
	if (progress != STEP_WAIT)
		end_step(s, progress);
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
		begin(s, step);
	}
}

void
session_push(struct session *s, const struct step *step)
{
	struct queued *q = memory_get(sizeof *q);

	*q = (struct queued){ .step = step };
	*s->queue_end = q;
	s->queue_end = &q->next;
	if (!s->working)
		session_work(s);
}

void
session_cancel(struct session *s)
{
	while (s->queue) {
		struct queued *q = s->queue;
		s->queue = q->next;
		free(q);
	}
	s->queue_end = &s->queue;
	if (!s->step)
		return;
	s->working = true;
	stop_waiting(s);
	s->failed = ERR_NONE;
	s->cancelled = true;
	leave_off(s);
	if (s->paced.begun_us)
		session_note(s,
		    "what was begun still goes out, else the next line would go on in it; /write "
		    "off sends it at once");
	if (s->state == SESSION_OPENING || s->dialogue.mode == MODE_MESSAGE || s->shake_us ||
	    s->shake_when_sent)
		session_close(s, true);
	end_step(s, STEP_FAIL);
	s->working = false;
	session_work(s);
}
