/* /silence - the peer must say nothing for a while. */
#include "run/session/session_step.h"

static bool
silence_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	uint64_t *ms = ARENA_NEW(arena, uint64_t);

	step->args = ms;
	return cursor_milliseconds(c, cursor_word(c), ms, err) && cursor_end(c, err);
}

static enum progress
silence_start(struct session *s, const struct step *step, void *state)
{
	(void)state;
	session_sleep(s, *(const uint64_t *)step->args);
	return STEP_WAIT;
}

static enum progress
silence_heard(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)step, (void)state;
	switch (news->kind) {
	case NEWS_TIMER:
		return STEP_DONE;
	case NEWS_REPLY:
		return session_fail(
		    s, ERR_EXPECT, "expected silence, received %03u", news->event->reply.code);
	case NEWS_CLOSED:
		return session_fail(s, ERR_EXPECT, "expected silence, the connection was closed");
	default:
		return STEP_WAIT;
	}
}

const struct step_op step_silence = {
	.name = "silence",
	.group = GROUP_WIRE,
	.args = "TIME",
	.help = "Expect that the server says nothing for so long",
	.traits = STEP_NEEDS_CONN | STEP_GETS_ALL | STEP_WATCHES,
	.parse = silence_parse,
	.start = silence_start,
	.heard = silence_heard,
};
