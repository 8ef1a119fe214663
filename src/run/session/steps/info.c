/* /info - what the session knows of itself: where it is connected, how, and how far it has come. */
#include "run/session/session_step.h"

static enum progress
info_start(struct session *s, const struct step *step, void *state)
{
	struct session_info info = session_info(s);

	(void)step, (void)state;
	session_emit(s, &(struct event){ .kind = EVENT_INFO, .info = &info });
	return STEP_DONE;
}

const struct step_op step_info = {
	.name = "info",
	.group = GROUP_CONNECTION,
	.args = "",
	.help = "Show where this session is connected, how, and how far it has come",
	.traits = STEP_NEEDS_CONN,
	.start = info_start,
};
