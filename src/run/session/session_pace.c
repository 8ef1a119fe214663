/* session - octets that go out a few at a time (/write), and what is waited for meanwhile. */
#include "run/session/session_impl.h"

static void
on_pace(void *ctx, unsigned ready)
{
	struct session *s = ctx;

	(void)ready;
	s->paced.next_us = 0;
	session_work(s);
}

size_t
session_may_send(const struct session *s)
{
	size_t left = conv_output(s->conv).len;

	if (!pace_is_slow(&s->opts->pace))
		return left;
	return loop_now_us() < s->paced.next_us ? 0 : pace_piece(&s->opts->pace, s->paced.at, left);
}

/* The peer cannot answer what it has not got: the wait begins anew with each piece. */
static void
wait_anew(struct session *s)
{
	for (size_t i = 0; i < s->asked_n; i++)
		s->asked[i].at_us = loop_now_us();
	if (s->waiting_us && !s->sleeping)
		{
		enum verb verb = s->wait_verb;
		session_wait(s, s->wait, s->deadline_ms);
		s->wait_verb = verb;
	}
}

void
session_paced(struct session *s, size_t n)
{
	if (!pace_is_slow(&s->opts->pace)) {
		session_pace_stop(s);
		return;
	}
	if (s->paced.begun_us)
		wait_anew(s);
	if (conv_output(s->conv).len == 0) {
		session_pace_stop(s);
		return;
	}
	if (!s->paced.begun_us)
		s->paced.begun_us = loop_now_us();
	if (!s->paced.timer)
		s->paced.timer = loop_timer(s->env->loop, on_pace, s);
	s->paced.at += n;
	s->paced.next_us = loop_now_us() + 1000 * pace_gap_ms(&s->opts->pace);
	loop_timer_set(s->paced.timer, pace_gap_ms(&s->opts->pace));
}

void
session_pace_stop(struct session *s)
{
	if (s->paced.begun_us)
		loop_timer_stop(s->paced.timer);
	s->paced.begun_us = s->paced.next_us = 0;
	s->paced.at = 0;
}
