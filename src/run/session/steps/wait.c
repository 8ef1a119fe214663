/* /wait - for every reply that is owed; where none is, for the server to say something or close. */
#include "run/session/session_step.h"

static bool
wait_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	uint64_t *ms = ARENA_NEW(arena, uint64_t);
	struct span word = cursor_word(c);

	step->args = ms;
	return (word.len == 0 || cursor_milliseconds(c, word, ms, err)) && cursor_end(c, err);
}

static void
wait_on(struct session *s, const struct step *step)
{
	const uint64_t *ms = step->args;
	session_wait(s, conv_owed(session_conv(s)) ? WAIT_OWED : WAIT_ANYTHING,
	    *ms ? *ms : session_opts(s)->timeouts.reply);
}

static enum progress
wait_start(struct session *s, const struct step *step, void *state)
{
	(void)state;
	wait_on(s, step);
	return STEP_WAIT;
}

static enum progress
wait_heard(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)state;
	if (news->kind != NEWS_REPLY || conv_owed(session_conv(s)) == 0)
		return STEP_DONE;
	wait_on(s, step);
	return STEP_WAIT;
}

const struct step_op step_wait = {
	.name = "wait",
	.group = GROUP_WIRE,
	.args = "[TIME]",
	.help = "Wait for the replies that are owed, or else for a word of the server",
	.traits = STEP_NEEDS_CONN | STEP_EXPECTS_CLOSE | STEP_GETS_ALL,
	.parse = wait_parse,
	.start = wait_start,
	.heard = wait_heard,
};
