/* /eof - the peer must close the connection. */
#include "run/session/session_step.h"

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
eof_heard(struct session *s, const struct step *step, void *state, const struct news *news)
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
	.heard = eof_heard,
};
