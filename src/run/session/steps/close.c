/* /close - close the connection, without a word. */
#include "run/session/session_step.h"

static enum progress
close_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	session_close(s, true);
	return STEP_DONE;
}

const struct step_op step_close = {
	.name = "close",
	.group = GROUP_CONNECTION,
	.args = "",
	.help = "Close the connection without QUIT",
	.traits = STEP_NEEDS_CONN | STEP_CLOSES | STEP_WATCHES | STEP_ENDS_TEXT,
	.start = close_start,
};
