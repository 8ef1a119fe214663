/* /sleep - do nothing for a while. */
#include "run/session/session_step.h"

static bool
sleep_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	uint64_t *ms = ARENA_NEW(arena, uint64_t);

	step->args = ms;
	return cursor_milliseconds(c, cursor_word(c), ms, err) && cursor_end(c, err);
}

static enum progress
sleep_start(struct session *s, const struct step *step, void *state)
{
	(void)state;
	session_sleep(s, *(const uint64_t *)step->args);
	return STEP_WAIT;
}

static enum progress
sleep_heard(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)s, (void)step, (void)state, (void)news;
	return STEP_DONE;
}

const struct step_op step_sleep = {
	.name = "sleep",
	.group = GROUP_WIRE,
	.args = "TIME",
	.help = "Do nothing for so long",
	.traits = STEP_PAUSES,
	.parse = sleep_parse,
	.start = sleep_start,
	.heard = sleep_heard,
};
