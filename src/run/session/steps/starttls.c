/*
 * /starttls - request TLS and, if the peer agrees, begin it. EHLO is sent before, if necessary, and
 * after.
 */
#include "run/session/hello.h"

static enum progress
starttls_start(struct session *s, const struct step *step, void *state)
{
	(void)step;
	return hello_begin(s, state, true);
}

static enum progress
starttls_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)step;
	return hello_on_news(s, state, news);
}

const struct step_op step_starttls = {
	.name = "starttls",
	.group = GROUP_TLS,
	.args = "",
	.help = "EHLO if needed, STARTTLS, the handshake, EHLO again",
	.traits = STEP_NEEDS_CONN | STEP_NEEDS_CLEAR | STEP_NEEDS_COMMAND,
	.verb = VERB_STARTTLS,
	.state_size = sizeof(struct hello),
	.start = starttls_start,
	.on_news = starttls_on_news,
};
