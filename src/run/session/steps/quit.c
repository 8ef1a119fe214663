/* /quit - send QUIT, if connected, and close the connection. */
#include "run/session/steps/quit.h"

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
		session_note(s,
		    "connection closed without the final dot: the message is incomplete, and QUIT "
		    "was not sent");
		session_close(s, true);
		return STEP_DONE;
	}
	if (!view.dialogue.greeted && view.last_reply == NULL) {
		session_note(s, "QUIT not sent: the greeting has not been received");
		session_close(s, true);
		return STEP_DONE;
	}
	if (!session_send(s, SPAN("QUIT")))
		return STEP_FAIL;
	session_shut(s);
	return STEP_WAIT;
}

/*
 * A missing 221 is not a failure: some servers close at once when they see that our side is closed.
 * But after another reply the 221 may still follow, and show that there was a reply too many.
 */
enum progress
parting_on_news(struct session *s, struct parting *p, const struct news *news)
{
	if (news->kind == NEWS_REPLY && !p->replied) {
		unsigned code = news->event->reply.code;
		uint64_t patience = session_opts(s)->timeouts.quit;
		p->replied = true;
		if (news->failed == ERR_PROTO)
			p->failed = ERR_PROTO;
		if (code != 221 && code != 421) {
			session_sleep(s, patience ? patience : 1000);
			return STEP_WAIT;
		}
		if (conv_pending(session_conv(s)).len > 0) {
			session_sleep(s, 0);
			return STEP_WAIT;
		}
	}
	if (news->kind == NEWS_CLOSED && !p->replied)
		session_note(s, "no 221 received in reply to QUIT");
	session_close(s, true);
	return p->failed ? session_failed(s, p->failed) : STEP_DONE;
}

static enum progress
quit_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)step;
	return parting_on_news(s, state, news);
}

const struct step_op step_quit = {
	.name = "quit",
	.group = GROUP_CONNECTION,
	.args = "",
	.help = "Send QUIT, close the connection, and leave the prompt",
	.verb = VERB_QUIT,
	.state_size = sizeof(struct parting),
	.start = quit_start,
	.on_news = quit_on_news,
};
