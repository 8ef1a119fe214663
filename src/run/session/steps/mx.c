/* /mx - list again what was found: the MX and addresses of the target. */
#include "run/session/session_step.h"

static enum progress
mx_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	if (!session_route(s))
		return session_fail(
		    s, ERR_USAGE, "/mx: nothing was looked up: /open a target first");
	session_show_route(s, true);
	return STEP_DONE;
}

const struct step_op step_mx = {
	.name = "mx",
	.group = GROUP_CONNECTION,
	.args = "",
	.help = "List the MX and addresses of the target",
	.start = mx_start,
};
