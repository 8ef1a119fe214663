/*
 * /handshake - begin TLS on the open connection, whatever was sent before; and detect command
 * injection, when commands were sent after STARTTLS.
 */
#include "run/session/steps/handshake.h"

enum { INJECTED_MS = 1000 };

enum progress
amid_begin(struct session *s, struct amid *a, size_t after)
{
	a->after = after;
	return session_shake_hands(s);
}

/*
 * A server must discard what it received in cleartext after STARTTLS (RFC 3207 6). A reply to it
 * over TLS shows that the server took it for protected; such a reply comes at once.
 */
enum progress
amid_on_news(struct session *s, struct amid *a, const struct news *news)
{
	if (news->kind == NEWS_TLS_UP && a->after > 0) {
		session_sleep(s, INJECTED_MS);
		return STEP_WAIT;
	}
	if (news->kind == NEWS_REPLY)
		return session_fail(s, ERR_PROTO,
		    "STARTTLS command injection: the server answered %03u over TLS to what was "
		    "sent in cleartext (RFC 3207 6, CVE-2011-0411)",
		    news->event->reply.code);
	if (news->kind == NEWS_TIMER)
		session_note(s,
		    "no reply over TLS to what was sent in cleartext after STARTTLS: the server "
		    "discarded it, as it must (RFC 3207 6)");
	return news->kind == NEWS_TLS_UP || news->kind == NEWS_TIMER ? STEP_DONE : STEP_FAIL;
}

static enum progress
handshake_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	return session_shake_hands(s);
}

static enum progress
handshake_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)s, (void)step, (void)state;
	return news->kind == NEWS_TLS_UP ? STEP_DONE : STEP_FAIL;
}

const struct step_op step_handshake = {
	.name = "handshake",
	.group = GROUP_TLS,
	.args = "",
	.help = "Start the TLS handshake, after STARTTLS was sent by hand",
	.traits = STEP_NEEDS_CONN | STEP_NEEDS_CLEAR | STEP_NEEDS_COMMAND,
	.start = handshake_start,
	.on_news = handshake_on_news,
};
