/* stepping - --step: a question before each line. */
#include "ui/cmd/stepping.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "smtp/secrecy.h"
#include "smtp/verb.h"
#include "ui/edit/ask.h"

bool
stepping_begin(struct stepping *s, struct err *err)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	*s = (struct stepping){ .stopped = false };
	if (fd < 0)
		return err_set(err, ERR_USAGE, "--step needs a terminal to ask on");
	close(fd);
	return true;
}

/* What judges a reply, and a comment, is not sent. */
static bool
stepping_concerns(struct span line, struct place place, enum dialogue_mode mode)
{
	return place.file != place_option &&
	    (mode != MODE_COMMAND ||
		!(span_starts(line, SPAN("S:")) || span_starts(line, SPAN("#"))));
}

enum player_turn
stepping_turn(void *ctx, struct span *line, struct place place, enum dialogue_mode mode)
{
	struct stepping *s = ctx;
	struct secret answer = { 0 };

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
	struct span prompt = arena_printf(&s->arena,
	    "next: %.*s\n      Enter sends it; e edits, s skips, q stops: ",
	    SPAN_ARG(text_safe(&s->arena, shown)));
	fflush(stdout);
	if (!ask_terminal(prompt, false, &answer) ||
	    span_eq(span_trim(secret_span(&answer)), SPAN("q"))) {
		s->stopped = true;
		s->dropped++;
		secret_release(&answer);
		return TURN_TAKEN;
	}
	struct span said = span_trim(secret_span(&answer));
	enum player_turn turn = span_eq(said, SPAN("s")) ? TURN_TAKEN : TURN_SEND;
	bool edits = span_eq(said, SPAN("e"));
	secret_release(&answer);
	if (!edits)
		return turn;
	if (!ask_terminal(SPAN("line: "), secret, &answer)) {
		secret_release(&answer);
		return TURN_TAKEN;
	}
	*line = arena_copy(&s->arena, secret_span(&answer));
	secret_release(&answer);
	return TURN_SEND;
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
