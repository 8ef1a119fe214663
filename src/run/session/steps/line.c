/*
 * line - a line that is sent as typed. A positive reply to STARTTLS begins TLS, and QUIT ends the
 * connection.
 */
#include "run/session/steps/quit.h"
#include "smtp/body.h"

struct state {
	enum verb verb;
	bool text;		/* a line of message text */
	unsigned left;		/* replies to the message still to come, in LMTP */
	enum err_kind failed;	/* the worst failure among them */
	struct parting parting;	/* QUIT's */
};

/* In LMTP the message has a reply for each accepted recipient (RFC 2033 4.2). */
static enum progress
line_send_text(struct session *s, struct state *state, struct span line)
{
	const struct dialogue *d = session_dialogue(s);
	unsigned replies = d->hello == VERB_LHLO && d->rcpts > 1 ? d->rcpts : 1;

	state->text = true;
	if (!session_send_text(s, line))
		return STEP_FAIL;
	if (!body_is_end(line))
		return STEP_DONE;
	for (state->left = replies - 1; replies > 1; replies--)
		session_expect_reply(s, VERB_DATA, true);
	session_wait_message(s);
	return STEP_WAIT;
}

/* Sends BDAT with its octets. The reply to BDAT LAST is that to the message. */
static enum progress
line_send_chunk(struct session *s, struct state *state, struct span text)
{
	const struct dialogue *d = session_dialogue(s);
	struct span lines = text, line = span_until(&lines, '\n');
	bool last = due_command(line).stage == DUE_MESSAGE;
	unsigned replies = last && d->hello == VERB_LHLO && d->rcpts > 1 ? d->rcpts : 1;

	if (!session_send(s, line) || (span_has(text, '\n') && !session_send_chunk(s, lines)))
		return STEP_FAIL;
	state->left = replies - 1;
	if (last) {
		session_expect_last_chunk(s, replies);
		session_wait_message(s);
	}
	return STEP_WAIT;
}

static enum progress
line_start(struct session *s, const struct step *step, void *mem)
{
	struct state *state = mem;
	const struct dialogue *d = session_dialogue(s);

	if (d->mode == MODE_MESSAGE)
		return line_send_text(s, state, step->text);
	state->verb = d->mode == MODE_ANSWER ? VERB_AUTH : verb_of(step->text, NULL);
	if (state->verb == VERB_BDAT)
		return line_send_chunk(s, state, step->text);
	if (!session_send(s, step->text))
		return STEP_FAIL;
	if (state->verb == VERB_QUIT)
		session_shut(s);
	return STEP_WAIT;
}

static enum progress
line_on_reply(struct session *s, struct state *state, const struct news *news)
{
	if (news->failed != ERR_NONE)
		state->failed = err_worse(state->failed, news->failed);
	state->left += news->more;
	if (state->left > 0) {
		state->left--;
		session_wait_message(s);
		return STEP_WAIT;
	}
	if (state->verb == VERB_STARTTLS && news->failed == ERR_NONE)
		return session_shake_hands(s);
	return state->failed ? session_failed(s, state->failed) : STEP_DONE;
}

static enum progress
line_on_news(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct state *state = mem;

	(void)step;
	if (state->verb == VERB_QUIT && !state->text) {
		if (news->kind == NEWS_REPLY)
			state->failed = news->failed;
		enum progress progress = parting_on_news(s, &state->parting, news);
		return progress == STEP_DONE && state->failed ? session_failed(s, state->failed) :
								progress;
	}
	switch (news->kind) {
	case NEWS_REPLY:
		return line_on_reply(s, state, news);
	case NEWS_TLS_UP:
		return STEP_DONE;
	default:
		return STEP_FAIL;
	}
}

const struct step_op step_line = {
	.name = "",
	.args = "",
	.help = "Send a line unchanged",
	.traits = STEP_NEEDS_CONN | STEP_IS_LINE | STEP_SENDS_TYPED,
	.state_size = sizeof(struct state),
	.start = line_start,
	.on_news = line_on_news,
};
