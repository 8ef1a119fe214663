/*
 * /xclient and /xforward - act for another client, as Postfix permits trusted hosts to do
 * (XCLIENT_README, XFORWARD_README).
 */
#include "run/message/send.h"
#include "run/session/hello.h"
#include "run/session/steps/list.h"

struct state {
	struct hello hello;
	bool sent;
};

/*
 * Returns " NAME=VALUE" with the value as xtext. An IPv6 address gets the prefix IPV6:, which
 * Postfix requires.
 */
static struct span
attribute(struct arena *arena, struct span word)
{
	struct span value = word, name = span_until(&value, '=');
	bool v6 = span_eq_case(name, SPAN("ADDR")) || span_eq_case(name, SPAN("DESTADDR"));

	v6 = v6 && span_has(value, ':') && !span_starts_case(value, SPAN("IPV6:"));
	return arena_printf(arena, " %.*s=%s%.*s", SPAN_ARG(name), v6 ? "IPV6:" : "",
	    SPAN_ARG(send_xtext(arena, value)));
}

static bool
attributes_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct span *line = ARENA_NEW(arena, struct span);

	step->args = line;
	for (struct span word = cursor_word(c); word.len > 0; word = cursor_word(c)) {
		if (!span_has(word, '=') || word.at[0] == '=')
			return cursor_fail(c, err,
			    "\"%.*s\": expected NAME=VALUE, such as ADDR=192.0.2.7 "
			    "NAME=mail.example",
			    SPAN_ARG(span_first(word, 60)));
		*line = arena_printf(
		    arena, "%.*s%.*s", SPAN_ARG(*line), SPAN_ARG(attribute(arena, word)));
	}
	return line->len > 0 ||
	    cursor_fail(c, err, "expected NAME=VALUE, such as /%s ADDR=192.0.2.7 NAME=mail.example",
		step->op->name);
}

static enum progress
xclient_send(struct session *s, const struct step *step, struct state *state)
{
	struct arena arena = { 0 };
	const char *verb = step->op == &step_xclient ? "XCLIENT" : "XFORWARD";
	const struct extensions *e = session_view(s).extensions;

	if (e && !extensions_offer(e, verb))
		session_note(s,
		    "%s is not offered: the server does not allow it for this host, or is not "
		    "Postfix; trying it anyway",
		    verb);
	state->sent = true;
	bool ok = session_send(
	    s, arena_printf(&arena, "%s%.*s", verb, SPAN_ARG(*(const struct span *)step->args)));
	arena_release(&arena);
	return ok ? STEP_WAIT : STEP_FAIL;
}

static enum progress
attributes_start(struct session *s, const struct step *step, void *mem)
{
	struct state *state = mem;

	if (session_dialogue(s)->hello != VERB_OTHER)
		return xclient_send(s, step, state);
	return hello_begin(s, &state->hello, false);
}

/* XCLIENT's 220 is a greeting: the session starts over, with EHLO. */
static enum progress
attributes_on_news(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct state *state = mem;

	if (!state->sent || state->hello.stage == HELLO_AGAIN) {
		enum progress progress = hello_on_news(s, &state->hello, news);
		return progress == STEP_DONE && !state->sent ? xclient_send(s, step, state) :
							       progress;
	}
	if (news->kind != NEWS_REPLY)
		return STEP_FAIL;
	if (news->failed != ERR_NONE)
		return session_refused(s, news);
	if (news->event->reply.code != 220)
		return STEP_DONE;
	*session_dialogue(
	    s) = (struct dialogue){ .greeted = true, .tls = session_dialogue(s)->tls };
	enum progress progress = hello_begin(s, &state->hello, false);
	state->hello.stage = HELLO_AGAIN;
	return progress;
}

const struct step_op step_xclient = {
	.name = "xclient",
	.group = GROUP_IDENTITY,
	.args = "ATTRIBUTE=VALUE...",
	.help = "Assume another client's identity: ADDR=, NAME=, HELO=, LOGIN= and the like; EHLO "
		"again",
	.traits = STEP_NEEDS_CONN | STEP_NEEDS_COMMAND,
	.verb = VERB_XCLIENT,
	.state_size = sizeof(struct state),
	.parse = attributes_parse,
	.start = attributes_start,
	.on_news = attributes_on_news,
};

const struct step_op step_xforward = {
	.name = "xforward",
	.group = GROUP_IDENTITY,
	.args = "ATTRIBUTE=VALUE...",
	.help =
	    "Name another client for the server's log: ADDR=, NAME=, HELO=, SOURCE= and the like",
	.traits = STEP_NEEDS_CONN | STEP_NEEDS_COMMAND,
	.verb = VERB_XFORWARD,
	.state_size = sizeof(struct state),
	.parse = attributes_parse,
	.start = attributes_start,
	.on_news = attributes_on_news,
};
