/*
 * /mx, /ext and /info - show what is already known: the addresses of the target, what EHLO offered,
 * and the state of the session.
 */
#include "run/session/session.h"

static enum progress
mx_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	if (!session_route(s))
		return session_fail(s, ERR_USAGE, "/mx: no domain was looked up; use /open first");
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

static bool
ext_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	static const bool yes = true;
	struct span word = cursor_word(c);

	(void)arena;
	if (span_eq(word, SPAN("diff")))
		step->args = &yes;
	else if (word.len > 0)
		return cursor_fail(c, err, "/ext takes no argument, or \"diff\"");
	return cursor_end(c, err);
}

static enum progress
ext_start(struct session *s, const struct step *step, void *state)
{
	struct event event = { .kind = EVENT_OFFERS };
	bool any = false;

	(void)state;
	event.offers.now = session_offer_state(s);
	event.offers.diff = step->args != NULL;
	for (enum offer_state at = 0; at < OFFER_STATES; at++) {
		event.offers.of[at] = session_offered(s, at);
		any |= event.offers.of[at] != NULL;
	}
	if (!any || (!event.offers.diff && !session_view(s).extensions))
		return session_fail(
		    s, ERR_USAGE, "/ext: no EHLO was sent %s", any ? "since TLS began" : "yet");
	/* After logging in, what EHLO offered before still applies. */
	if (!event.offers.of[event.offers.now] && !event.offers.diff)
		event.offers.of[event.offers.now] = session_view(s).extensions;
	session_emit(s, &event);
	return STEP_DONE;
}

const struct step_op step_ext = {
	.name = "ext",
	.group = GROUP_LOOK,
	.args = "[diff]",
	.help = "Show what EHLO offered; diff: compare before and after TLS and AUTH",
	.traits = STEP_NEEDS_CONN | STEP_SHOWS,
	.parse = ext_parse,
	.start = ext_start,
};

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
	.help = "Show the connection, TLS and session state",
	.traits = STEP_NEEDS_CONN | STEP_SHOWS,
	.start = info_start,
};
