/* /drop and /rst - the connection goes without a word: closed, or reset. */
#include "run/session/session_step.h"

static enum progress
drop_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	session_close(s, true);
	return STEP_DONE;
}

static enum progress
rst_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	session_reset(s);
	return STEP_DONE;
}

const struct step_op step_drop = {
	.name = "drop",
	.group = GROUP_WIRE,
	.args = "",
	.help = "Close the connection at once, in the middle of anything",
	.traits = STEP_NEEDS_CONN | STEP_CLOSES | STEP_WATCHES,
	.start = drop_start,
};

const struct step_op step_rst = {
	.name = "rst",
	.group = GROUP_WIRE,
	.args = "",
	.help = "Reset the connection (TCP RST)",
	.traits = STEP_NEEDS_CONN | STEP_CLOSES | STEP_RESETS | STEP_WATCHES,
	.start = rst_start,
};
