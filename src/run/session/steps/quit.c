/* /quit - say QUIT where there is someone to say it to, and close. */
#include "run/session/session_step.h"

static enum progress
quit_start(struct session *s, const struct step *step, void *state)
{
	struct session_view view = session_view(s);

	(void)step, (void)state;
	if (view.state != SESSION_OPEN || session_is_shut(s)) {
		session_close(s, true);
		return STEP_DONE;
	}
	if (view.dialogue.mode == MODE_MESSAGE) {
		session_note(s, "the connection is dropped without the final dot: the message is not completed, and no QUIT is said");
		session_close(s, true);
		return STEP_DONE;
	}
	if (!view.dialogue.greeted && view.last_reply == NULL) {
		session_note(s, "no QUIT is said: the banner has not come");
		session_close(s, true);
		return STEP_DONE;
	}
	if (!session_say(s, SPAN("QUIT")))
		return STEP_FAIL;
	session_shut(s);
	return STEP_WAIT;
}

/* A missing 221 is no failure: once they see our end closed, some servers close at once. */
static enum progress
quit_heard(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)step, (void)state;
	if (news->kind == NEWS_REPLY)
		session_close(s, true);
	return STEP_DONE;
}

const struct step_op step_quit = {
	.name = "quit",
	.group = GROUP_CONNECTION,
	.args = "",
	.help = "Say QUIT, close the connection, and leave the prompt",
	.start = quit_start,
	.heard = quit_heard,
};
