/* stepping - --step: asks before each line is sent. */
#include "ui/cmd/stepping.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "smtp/secrecy.h"
#include "smtp/verb.h"
#include "ui/edit/ask.h"

bool
stepping_begin(struct stepping *s, struct err *err)
{
	*s = (struct stepping){ .stopped = false };
	return ask_has_terminal() ||
	    err_set(err, ERR_USAGE, "--step requires a terminal");
}

/* Returns whether to ask about a line: expected replies and comments are not sent. */
static bool
stepping_concerns(struct span line, struct place place, enum dialogue_mode mode)
{
	return place.file != place_option &&
	    (mode != MODE_COMMAND ||
		!(span_starts(line, SPAN("S:")) || span_starts(line, SPAN("#"))));
}

/* `line` NULL: it cannot be edited. `secret`: its replacement is typed without echo. */
static enum stepped
stepping_ask(
    struct stepping *s, struct span *line, struct span shown, bool secret, bool may_skip)
{
	struct secret answer = { 0 };
	struct span prompt = arena_printf(&s->arena,
	    "next: %.*s\n      Enter sends it%s%s, q stops: ",
	    SPAN_ARG(text_safe(&s->arena, shown)), line ? "; e edits" : "",
	    !may_skip	? "" :
		line ? ", s skips" :
		       "; s skips");
	enum stepped stepped = STEPPED_SEND;
	bool asked = false;

	if (s->waiting)
		waiting_hide(s->waiting);
	fflush(stdout);
	for (bool again = true; again;) {
		secret_release(&answer);
		asked = ask_terminal(prompt, false, &answer);
		struct span said = span_trim(secret_span(&answer));
		bool edits = line && span_eq(said, SPAN("e")), skips = may_skip &&
			   span_eq(said, SPAN("s"));
		s->stopped = !asked || span_eq(said, SPAN("q"));
		stepped = s->stopped ? STEPPED_STOP : skips ? STEPPED_SKIP : STEPPED_SEND;
		/* a typing error must not send anything */
		again = !s->stopped && said.len > 0 && !edits && !skips;
		if (!edits)
			continue;
		secret_release(&answer);
		if (ask_terminal(SPAN("line: "), secret, &answer))
			*line = arena_copy(&s->arena, secret_span(&answer));
		else
			again = true;
	}
	secret_release(&answer);
	return stepped;
}

static enum stepped
stepping_step(void *ctx, struct span *line, struct span shown, bool may_skip)
{
	struct stepping *s = ctx;

	arena_reset(&s->arena);
	return s->stopped ? STEPPED_STOP : stepping_ask(s, line, shown, false, may_skip);
}

struct stepper
stepping_stepper(struct stepping *s)
{
	return (struct stepper){ .ask = stepping_step, .ctx = s };
}

enum player_turn
stepping_turn(void *ctx, struct span *line, struct place place, enum dialogue_mode mode)
{
	struct stepping *s = ctx;

	if (!stepping_concerns(*line, place, mode))
		return s->stopped ? TURN_TAKEN : TURN_SEND;
	if (s->stopped) {
		s->dropped++;
		return TURN_TAKEN;
	}
	arena_reset(&s->arena);
	bool secret = mode == MODE_ANSWER ||
	    (mode == MODE_COMMAND && secrecy_conceals(&s->secrecy, *line, false));
	struct span shown = mode == MODE_MESSAGE ?
	    *line :
	    secrecy_sent(&s->secrecy, *line, mode == MODE_ANSWER, &s->arena);
	enum stepped stepped = stepping_ask(s, line, shown, secret, true);
	s->dropped += stepped == STEPPED_STOP;
	return stepped == STEPPED_SEND ? TURN_SEND : TURN_TAKEN;
}

void
stepping_end(struct stepping *s)
{
	if (s->dropped > 0)
		fprintf(stderr, "smtpsh: stopped: %u line%s not sent\n", s->dropped,
		    s->dropped == 1 ? "" : "s");
	secrecy_release(&s->secrecy);
	arena_wipe(&s->arena);
}
