/*
 * /wait, /sleep, /silence and /eof - wait: for the outstanding replies, for a time, for a time
 * without any data, or for the end of the connection.
 */
#include "run/session/session.h"

static bool
time_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	uint64_t *ms = ARENA_NEW(arena, uint64_t);

	step->args = ms;
	return cursor_milliseconds(c, cursor_word(c), ms, err) && cursor_end(c, err);
}

static enum progress
time_start(struct session *s, const struct step *step, void *state)
{
	(void)state;
	session_sleep(s, *(const uint64_t *)step->args);
	return STEP_WAIT;
}

/* ---- /wait: for every outstanding reply or, if there is none, for anything from the server */

static bool
wait_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	uint64_t *ms = ARENA_NEW(arena, uint64_t);
	struct span word = cursor_word(c);

	step->args = ms;
	return (word.len == 0 || cursor_milliseconds(c, word, ms, err)) && cursor_end(c, err);
}

static enum progress
wait_start(struct session *s, const struct step *step, void *state)
{
	const uint64_t *ms = step->args;

	(void)state;
	session_wait(s, conv_outstanding(session_conv(s)) ? WAIT_OUTSTANDING : WAIT_ANYTHING,
	    *ms ? *ms : session_opts(s)->timeouts.reply);
	return STEP_WAIT;
}

static enum progress
wait_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	if (news->kind != NEWS_REPLY || conv_outstanding(session_conv(s)) == 0)
		return STEP_DONE;
	return wait_start(s, step, state);
}

const struct step_op step_wait = {
	.name = "wait",
	.group = GROUP_WIRE,
	.args = "[TIME]",
	.help = "Wait for outstanding replies, or else for anything from the server",
	.traits = STEP_NEEDS_CONN | STEP_EXPECTS_CLOSE | STEP_GETS_ALL,
	.parse = wait_parse,
	.start = wait_start,
	.on_news = wait_on_news,
};

/* ---- /sleep */

static enum progress
sleep_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)s, (void)step, (void)state, (void)news;
	return STEP_DONE;
}

const struct step_op step_sleep = {
	.name = "sleep",
	.group = GROUP_WIRE,
	.args = "TIME",
	.help = "Do nothing for this time",
	.traits = STEP_PAUSES,
	.parse = time_parse,
	.start = time_start,
	.on_news = sleep_on_news,
};

/* ---- /silence: the peer must send nothing meanwhile */

static enum progress
silence_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)step, (void)state;
	switch (news->kind) {
	case NEWS_TIMER:
		return STEP_DONE;
	case NEWS_REPLY:
		return session_fail(
		    s, ERR_EXPECT, "expected silence, received %03u", news->event->reply.code);
	case NEWS_CLOSED:
		return session_fail(
		    s, ERR_EXPECT, "expected silence, but the connection was closed");
	default:
		return STEP_WAIT;
	}
}

const struct step_op step_silence = {
	.name = "silence",
	.group = GROUP_WIRE,
	.args = "TIME",
	.help = "Expect no data from the server for this time",
	.traits = STEP_NEEDS_CONN | STEP_GETS_ALL | STEP_WATCHES,
	.parse = time_parse,
	.start = time_start,
	.on_news = silence_on_news,
};

/* ---- /eof: the peer must close the connection */

static enum progress
eof_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	if (session_view(s).state != SESSION_OPEN)
		return STEP_DONE;
	session_wait(s, WAIT_CLOSE, session_opts(s)->timeouts.reply);
	return STEP_WAIT;
}

static enum progress
eof_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)step, (void)state;
	if (news->kind == NEWS_CLOSED)
		return STEP_DONE;
	session_wait(s, WAIT_CLOSE, session_opts(s)->timeouts.reply);
	return STEP_WAIT;
}

const struct step_op step_eof = {
	.name = "eof",
	.group = GROUP_WIRE,
	.args = "",
	.help = "Wait until the server closes the connection",
	.traits = STEP_EXPECTS_CLOSE | STEP_WATCHES,
	.start = eof_start,
	.on_news = eof_on_news,
};
