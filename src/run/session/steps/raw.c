/*
 * /raw - send octets unchanged, without adding a line ending, and wait for the replies to the
 * complete lines among them.
 */
#include "run/session/steps/quoted.h"

#include "run/session/steps/handshake.h"

struct state {
	bool shaking;
	struct amid amid;
};

static bool
raw_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct span *octets = ARENA_NEW(arena, struct span);

	step->args = octets;
	return quoted_take(c, arena, octets, err) && cursor_end(c, err);
}

static enum progress
raw_start(struct session *s, const struct step *step, void *state)
{
	const struct span *octets = step->args;

	(void)state;
	if (!session_send_octets(s, *octets))
		return STEP_FAIL;
	/* After an incomplete last line more will follow, so no reply is waited for. */
	bool whole = octets->len > 0 && octets->at[octets->len - 1] == '\n';
	return whole && conv_outstanding(session_conv(s)) > 0 ? STEP_WAIT : STEP_DONE;
}

static enum progress
raw_on_news(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct state *state = mem;

	(void)step;
	if (state->shaking)
		return amid_on_news(s, &state->amid, news);
	if (news->kind != NEWS_REPLY)
		return STEP_FAIL;
	if (news->due->stage == DUE_NOTHING || news->event->late)
		return STEP_WAIT;
	if (news->verb == VERB_STARTTLS && news->failed == ERR_NONE) {
		state->shaking = true;
		return amid_begin(s, &state->amid, conv_outstanding(session_conv(s)));
	}
	if (conv_outstanding(session_conv(s)) > 0) {
		session_wait_reply(s, VERB_OTHER);
		return STEP_WAIT;
	}
	return news->failed != ERR_NONE ? session_refused(s, news) : STEP_DONE;
}

const struct step_op step_raw = {
	.name = "raw",
	.group = GROUP_WIRE,
	.args = "\"OCTETS\"",
	.help = "Send exactly these octets (\\r \\n \\t \\0 \\xHH), without adding a line ending",
	.traits = STEP_NEEDS_CONN | STEP_GETS_ALL | STEP_SENDS_TYPED | STEP_SENDS_OCTETS,
	.state_size = sizeof(struct state),
	.parse = raw_parse,
	.start = raw_start,
	.on_news = raw_on_news,
};
