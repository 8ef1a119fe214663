/* /close, /drop and /rst - end the connection without QUIT: close it, or reset it. */
#include "run/session/session.h"

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

const struct step_op step_drop = {
	.name = "drop",
	.group = GROUP_WIRE,
	.args = "",
	.help = "Close the connection immediately, whatever is in progress",
	.traits = STEP_NEEDS_CONN | STEP_CLOSES | STEP_WATCHES,
	.start = close_start,
};

static enum progress
rst_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	session_reset(s);
	return STEP_DONE;
}

const struct step_op step_rst = {
	.name = "rst",
	.group = GROUP_WIRE,
	.args = "",
	.help = "Reset the connection (TCP RST)",
	.traits = STEP_NEEDS_CONN | STEP_CLOSES | STEP_RESETS | STEP_WATCHES,
	.start = rst_start,
};
