/* session - what it says, and what it is owed for that. */
#include "run/session/session_impl.h"

#include <stdlib.h>

#include "run/session/diagnose.h"
#include "smtp/body.h"

enum { HUSH_MS = 5000 };

void
session_asked(struct session *s, unsigned ticket, struct due due)
{
	if (s->asked_n == s->asked_cap) {
		s->asked_cap = s->asked_cap ? s->asked_cap * 2 : 2;
		s->asked = memory_resize(s->asked, s->asked_cap * sizeof *s->asked);
	}
	s->asked[s->asked_n++] = (struct asked){ .ticket = ticket,
		.due = due,
		.at_us = loop_now_us(),
		.end = s->octets_out + conv_output(s->conv).len };
}

/* The octets that follow a BDAT belong to it; the last ones end the message. */
static void
asked_bdat(struct asked *a, struct span line)
{
	unsigned long long octets = 0;
	struct span args;

	if (verb_of(line, &args) != VERB_BDAT ||
	    !span_number(span_word(&args), ~0ull >> 1, &octets))
		return;
	a->end += octets;
	if (span_eq_case(span_word(&args), SPAN("LAST")))
		a->due.stage = DUE_MESSAGE;
}

/* Of an answer to a 334. */
static struct due
due_response(struct span line)
{
	return (
	    struct due){ .stage = span_eq(span_trim(line), SPAN("*")) ? DUE_CANCEL : DUE_RESPONSE,
		.verb = VERB_AUTH };
}

/*
 * `shown`: what may be shown of it; NULL: that is found out. `given`: a secret of the command
 * line's is in it.
 */
/* A reply for each recipient behind the end of data (draft-hall-prdr). */
static bool
asks_for_prdr(struct span mail)
{
	for (struct span word = span_word(&mail); word.len > 0; word = span_word(&mail))
		if (span_eq_case(word, SPAN("PRDR")))
			return true;
	return false;
}

static bool
say(struct session *s, struct span line, const struct span *shown, bool given)
{
	struct event event = { .kind = EVENT_SENT };
	struct arena arena = { 0 };
	bool answer = s->dialogue.mode == MODE_ANSWER;
	struct due due = answer ? due_response(line) : due_command(line);
	if (due.verb == VERB_MAIL)
		s->prdr = asks_for_prdr(line);
	due.prdr = s->prdr;
	enum verb verb = due.verb;
	bool hello = verb == VERB_EHLO || verb == VERB_HELO || verb == VERB_LHLO;

	if (!session_lets_out(s, given || (hello && s->opts->helo_is_secret)))
		return false;
	unsigned ticket = conv_say(s->conv, line);
	if (ticket == 0) {
		session_fail(s, ERR_SYSTEM, "too much is waiting to be sent");
		return false;
	}
	struct span known = secrecy_said(&s->secrecy, line, answer, &arena);
	bool secret = shown || known.at != line.at;
	if (secret)
		conv_is_secret(s->conv);
	session_asked(s, ticket, due);
	asked_bdat(&s->asked[s->asked_n - 1], line);
	if (hello)
		session_said_helo(s, line);
	event.sent.kind = secret ? SENT_SECRET : SENT_COMMAND;
	event.sent.text = shown ? *shown :
	    secret		? known :
				  secrecy_shown(&s->secrecy, &arena, line);
	event.sent.octets = line.len + 2;
	session_emit(s, &event);
	arena_wipe(&arena);
	session_wait_reply(s, verb);
	return true;
}

bool
session_say(struct session *s, struct span line)
{
	return say(s, line, NULL, false);
}

bool
session_say_secret(struct session *s, struct span line, struct span shown)
{
	return say(s, line, &shown, true);
}

bool
session_say_chunk(struct session *s, struct span lines)
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
session_say_text(struct session *s, struct span line)
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
		session_asked(s, conv_owe(s->conv),
		    (struct due){ .stage = DUE_MESSAGE, .verb = VERB_DATA, .prdr = s->prdr });
		session_wait(s, WAIT_END_OF_DATA, s->opts->timeouts.dot);
	}
	return true;
}

bool
session_owe(struct session *s, enum verb verb, bool dot)
{
	unsigned ticket = conv_owe(s->conv);

	if (ticket == 0)
		return false;
	session_asked(
	    s, ticket, (struct due){ .stage = dot ? DUE_RECIPIENT : DUE_FURTHER, .verb = verb });
	session_wait_reply(s, verb);
	return true;
}

void
session_want_room(struct session *s)
{
	s->wants_room = true;
}

/*
 * A greeting delay and a port that begins with TLS look alike; who waits for the whole greeting
 * timeout should know.
 */
static void
on_hush(void *ctx, unsigned ready)
{
	struct session *s = ctx;
	char text[DIAGNOSIS_SIZE];

	(void)ready;
	if (s->state != SESSION_OPEN || s->octets_in > 0 || s->tls || s->shake_us ||
	    s->shake_when_sent)
		return;
	s->working = true;
	diagnose_hush(s->host, addr_port(conn_peer(s->conn)), HUSH_MS, text);
	session_note(s, "%s", text);
	s->working = false;
	session_work(s);
}

static void
watch_hush(struct session *s)
{
	unsigned port = s->conn && s->opts->proxy.kind == PROXY_NONE ?
	    addr_port(conn_peer(s->conn)) :
	    0;
	char text[DIAGNOSIS_SIZE];

	if (s->role != CONV_CLIENT || s->dialogue.tls || port == 0)
		return;
	if (diagnose_tls_port(s->host, port, text)) {
		session_note(s, "%s", text);
		return;
	}
	if (!s->hush)
		s->hush = loop_timer(s->env->loop, on_hush, s);
	loop_timer_set(s->hush, HUSH_MS);
}

void
session_expect_banner(struct session *s)
{
	watch_hush(s);
	session_asked(s, CONV_BANNER, (struct due){ .stage = DUE_GREETING });
	session_wait(s, WAIT_GREETING, s->opts->timeouts.greeting);
}

void
session_tell_answer(struct session *s, struct span reply)
{
	unsigned long long code;

	if (span_number(span_first(reply, 3), 999, &code) && (code == 334 || code == 235))
		secrecy_heard(&s->secrecy, (unsigned)code, span_skip(reply, 4));
	session_emit(s, &(struct event){ .kind = EVENT_ANSWERED, .text = session_shown(s, reply) });
}

bool
session_answer(struct session *s, struct span reply)
{
	if (!conv_put(s->conv, reply) || !conv_put(s->conv, SPAN("\r\n")))
		return false;
	session_tell_answer(s, reply);
	return true;
}

bool
session_can_tls(const struct session *s)
{
	return s->tls_context != NULL;
}

bool
session_unheard(const struct session *s)
{
	return s->conn && (conv_output(s->conv).len > 0 || conn_unacknowledged(s->conn));
}

/* Octets that came without the care a typed line has. */
static void
sent_piece(struct session *s, struct span piece)
{
	struct event event = { .kind = EVENT_SENT };
	struct arena arena = { 0 };

	event.sent.kind = SENT_OCTETS;
	event.sent.text = session_hide_piece(s, piece, &arena);
	event.sent.octets = piece.len;
	session_emit(s, &event);
	arena_wipe(&arena);
}

bool
session_say_octets(struct session *s, struct span octets)
{
	bool message = s->dialogue.mode == MODE_MESSAGE, answer = s->dialogue.mode == MODE_ANSWER;

	if (!session_put(s, octets, false, false))
		return false;
	unsigned long long chunk = 0;
	while (octets.len > 0) {
		/* of a BDAT before: octets, whatever they look like */
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
		unsigned ticket = conv_owe(s->conv);
		if (ticket == 0)
			return session_fail(s, ERR_SYSTEM, "too many replies are owed"), false;
		session_asked(s, ticket,
		    message ?
			(struct due){ .stage = DUE_MESSAGE, .verb = VERB_DATA, .prdr = s->prdr } :
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
