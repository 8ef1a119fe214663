/* send - sends commands and messages, and records which replies are outstanding. */
#include "run/session/session_impl.h"
#include "smtp/body.h"

bool
session_put(struct session *s, struct span octets, bool crlf, bool secret)
{
	if (!session_lets_out(s, secret))
		return false;
	if (conv_put(s->wire.conv, octets) && (!crlf || conv_put(s->wire.conv, SPAN("\r\n"))))
		return true;
	session_fail(s, ERR_SYSTEM, "too much data is waiting to be sent");
	return false;
}

/* ---- commands */

/* Returns what is due after a response to a 334, or after its cancellation. */
static struct due
due_response(struct span line)
{
	return (
	    struct due){ .stage = span_eq(span_trim(line), SPAN("*")) ? DUE_CANCEL : DUE_RESPONSE,
		.verb = VERB_AUTH };
}

/*
 * Returns whether MAIL asks for a reply for each recipient after the end of data (draft-hall-prdr).
 */
static bool
asks_for_prdr(struct span mail)
{
	for (struct span word = span_word(&mail); word.len > 0; word = span_word(&mail))
		if (span_eq_case(word, SPAN("PRDR")))
			return true;
	return false;
}

/* Returns what the stepper may show of a line: of a secret one, only which command it is. */
static struct span
line_asked(struct session *s, struct span line, bool answer, struct arena *arena)
{
	struct span rest = line;

	if (answer)
		return SPAN("(a response to the server, not shown)");
	if (!secrecy_conceals(&s->secrets.secrecy, line, false))
		return secrecy_shown(&s->secrets.secrecy, arena, line);
	struct span verb = span_word(&rest), word = span_word(&rest);
	return arena_printf(
	    arena, "%.*s %.*s (the rest not shown)", SPAN_ARG(verb), SPAN_ARG(word));
}

/*
 * Asks the stepper. Returns false if the line must not be sent: it was skipped, or the step failed.
 */
static bool
line_may_go(struct session *s, struct span *line, const struct span *shown, bool *skipped)
{
	const struct stepper *stepper = &s->opts->stepper;
	enum verb verb = due_command(*line).verb;
	bool answer = s->dialogue.mode == MODE_ANSWER;
	struct span edited = *line, known;
	struct arena arena = { 0 };
	enum stepped stepped;

	if (!stepper->ask || verb == VERB_QUIT)
		return true;
	do {
		known = shown ? *shown : line_asked(s, *line, answer, &arena);
		bool secret = shown || answer ||
		    secrecy_conceals(&s->secrets.secrecy, *line, false);
		stepped = stepper->ask(
		    stepper->ctx, secret ? NULL : &edited, known, skipped != NULL);
		/* the reply will be read as one to this command, so the verb must stay the same */
	} while (stepped == STEPPED_SEND && due_command(edited).verb != verb);
	arena_wipe(&arena);
	*line = edited;
	if (skipped)
		*skipped = stepped == STEPPED_SKIP;
	if (stepped == STEPPED_STOP)
		session_fail(s, ERR_USAGE, "stopped before %s", verb_info(verb)->name);
	return stepped == STEPPED_SEND;
}

/*
 * Sends a line. `shown`: what may be shown of it; NULL: determined here. `given`: it contains a
 * secret of the command line. `skipped`: set if the stepper skipped it; NULL: it cannot be skipped.
 */
static bool
send_line(struct session *s, struct span *said, const struct span *shown, bool given,
    bool *skipped)
{
	struct event event = { .kind = EVENT_SENT };
	struct arena arena = { 0 };

	if (!line_may_go(s, said, shown, skipped))
		return skipped && *skipped;
	struct span line = *said;
	bool answer = s->dialogue.mode == MODE_ANSWER;
	struct due due = answer ? due_response(line) : due_command(line);
	if (due.verb == VERB_MAIL)
		s->wire.prdr = asks_for_prdr(line);
	due.prdr = s->wire.prdr;
	enum verb verb = due.verb;
	bool hello = verb_is_hello(verb);

	if (!session_lets_out(s, given || (hello && s->opts->helo_is_secret)))
		return false;
	unsigned ticket = conv_send(s->wire.conv, line);
	if (ticket == 0) {
		session_fail(s, ERR_SYSTEM, "too much data is waiting to be sent");
		return false;
	}
	struct span known = secrecy_sent(&s->secrets.secrecy, line, answer, &arena);
	bool secret = shown || known.at != line.at;
	if (secret)
		conv_is_secret(s->wire.conv);
	wire_ask(&s->wire, ticket, due);
	wire_asked_line(&s->wire, line);
	if (hello)
		offers_sent_hello(&s->offers, line, s->opts->helo);
	event.sent.kind = secret ? SENT_SECRET : SENT_COMMAND;
	event.sent.text = shown ? *shown :
	    secret		? known :
				  secrecy_shown(&s->secrets.secrecy, &arena, line);
	event.sent.octets = line.len + 2;
	session_note_sent(s, verb, event.sent.text);
	session_emit(s, &event);
	arena_wipe(&arena);
	session_wait_reply(s, verb);
	return true;
}

bool
session_send(struct session *s, struct span line)
{
	return send_line(s, &line, NULL, false, NULL);
}

bool
session_send_asked(struct session *s, struct span *line, bool *skipped)
{
	return send_line(s, line, NULL, false, skipped);
}

bool
session_send_secret(struct session *s, struct span line, struct span shown)
{
	return send_line(s, &line, &shown, true, NULL);
}

bool
session_expect_reply(struct session *s, enum verb verb, bool dot)
{
	unsigned ticket = conv_expect(s->wire.conv);

	if (ticket == 0)
		return false;
	wire_ask(&s->wire, ticket,
	    (struct due){ .stage = dot ? DUE_RECIPIENT : DUE_FURTHER, .verb = verb });
	session_wait_reply(s, verb);
	return true;
}

/* ---- octets as they are */

/* Emits EVENT_SENT for octets that are sent unchanged. */
static void
sent_piece(struct session *s, struct span piece)
{
	struct event event = { .kind = EVENT_SENT };
	struct arena arena = { 0 };

	event.sent.kind = SENT_OCTETS;
	event.sent.text = session_shown_piece(s, piece, &arena);
	event.sent.octets = piece.len;
	session_emit(s, &event);
	arena_wipe(&arena);
}

bool
session_send_octets(struct session *s, struct span octets)
{
	bool message = s->dialogue.mode == MODE_MESSAGE, answer = s->dialogue.mode == MODE_ANSWER;

	if (!session_put(s, octets, false, false))
		return false;
	unsigned long long chunk = 0;
	while (octets.len > 0) {
		/* octets of the BDAT before, even if they look like a command */
		if (chunk > 0) {
			struct span part = span_first(
			    octets, chunk < octets.len ? (size_t)chunk : octets.len);
			octets = span_skip(octets, part.len);
			chunk -= part.len;
			sent_piece(s, part);
			continue;
		}
		const char *lf = memchr(octets.at, '\n', octets.len);
		struct span line = span_first(
		    octets, lf ? (size_t)(lf - octets.at) + 1 : octets.len);
		octets = span_skip(octets, line.len);
		sent_piece(s, line);
		if (!lf || (message && !span_eq(line, SPAN(".\r\n"))))
			continue;
		unsigned ticket = conv_expect(s->wire.conv);
		if (ticket == 0)
			return session_fail(s, ERR_SYSTEM, "too many outstanding replies"), false;
		wire_ask(&s->wire, ticket,
		    message ?
			(struct due){
			    .stage = DUE_MESSAGE, .verb = VERB_DATA, .prdr = s->wire.prdr } :
			answer ? due_response(line) :
				 due_command(span_trim(line)));
		struct span args;
		if (!message && !answer && verb_of(span_trim(line), &args) == VERB_BDAT &&
		    !span_number(span_word(&args), 1ull << 40, &chunk))
			chunk = 0;
		message = answer = false;
		session_wait_reply(s, VERB_OTHER);
	}
	return true;
}

/* ---- a message */

bool
session_send_chunk(struct session *s, struct span lines)
{
	while (lines.at) {
		bool more = span_has(lines, '\n');
		struct span line = span_until(&lines, '\n');
		struct event event = { .kind = EVENT_SENT,
			.sent = { .kind = SENT_TEXT, .text = line, .octets = line.len + 2 } };
		if (!session_put(s, line, true, false))
			return false;
		event.sent.text = session_shown(s, line);
		session_emit(s, &event);
		if (!more)
			break;
	}
	return true;
}

bool
session_send_text(struct session *s, struct span line)
{
	struct event event = { .kind = EVENT_SENT };
	bool dot = body_is_end(line);

	if (!session_put(s, line, true, false))
		return false;
	event.sent.kind = SENT_TEXT;
	event.sent.text = session_shown(s, line);
	event.sent.octets = line.len + 2;
	session_emit(s, &event);
	if (dot) {
		wire_ask(&s->wire, conv_expect(s->wire.conv),
		    (struct due){ .stage = DUE_MESSAGE, .verb = VERB_DATA, .prdr = s->wire.prdr });
		session_wait_message(s);
	}
	return true;
}

void
session_expect_message_replies(struct session *s, unsigned replies)
{
	for (unsigned i = 0; i < replies; i++)
		wire_ask(&s->wire, conv_expect(s->wire.conv),
		    (struct due){ .stage = replies > 1 ? DUE_RECIPIENT : DUE_MESSAGE,
			.verb = VERB_DATA,
			.prdr = s->wire.prdr });
	session_wait_message(s);
}

void
session_expect_last_chunk(struct session *s, unsigned replies)
{
	wire_ask_last_chunk(&s->wire, replies);
}

void
session_expect_no_message(struct session *s)
{
	wire_ask_for_no_message(&s->wire);
}

/* ---- the server's side */

void
session_tell_reply(struct session *s, struct span reply)
{
	unsigned long long code;

	if (span_number(span_first(reply, 3), 999, &code) && (code == 334 || code == 235))
		secrecy_received(&s->secrets.secrecy, (unsigned)code, span_skip(reply, 4));
	session_emit(s, &(struct event){ .kind = EVENT_ANSWERED, .text = session_shown(s, reply) });
}

bool
session_reply(struct session *s, struct span reply)
{
	if (!conv_put(s->wire.conv, reply) || !conv_put(s->wire.conv, SPAN("\r\n")))
		return false;
	session_tell_reply(s, reply);
	return true;
}
