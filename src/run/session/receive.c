/*
 * receive - handles what was received. For a reply, wire.c finds what it answers, its secrets are
 * starred, it takes effect on the dialogue, it is shown, and the current step is told; the
 * connection may end on the way.
 */
#include <stdio.h>

#include "base/text.h"
#include "run/session/session_impl.h"
#include "smtp/auth.h"

enum { SURPRISES_MAX = 100, STATUS_OF_PROTOCOL = 5 /* RFC 3463 3.6 */ };

void
session_break_off(struct session *s, enum err_kind kind, const char *why, const struct diagnosis *d)
{
	s->failed = kind;
	session_remark(s, EVENT_PROBLEM, kind, why, d);
	session_closed(s, CLOSED_BY_US, true);
	session_tell(s, &(struct news){ .kind = NEWS_CLOSED });
}

void
session_look_for_tls(struct session *s)
{
	char text[OBSERVED_SIZE];
	struct arena arena = { 0 };
	struct span pending = s->wire.conv && s->role == CONV_CLIENT && !s->dialogue.tls ?
	    conv_pending(s->wire.conv) :
	    SPAN_NONE;

	if (pending.len < 2 || (pending.at[0] != 0x15 && pending.at[0] != 0x16) ||
	    secure_is_shaking(&s->secure))
		return;
	if (!diagnose_foreign(pending))
		return;
	observe_octets(pending, text);
	session_break_off(s, ERR_PROTO, text, session_diagnose_octets(s, pending, &arena));
	arena_release(&arena);
}

/* ---- a reply */

/*
 * Returns false if the connection was closed: the peer is not an SMTP server, does not stop
 * sending, or cannot be relied on.
 */
static bool
receive_is_chatter_free(struct session *s, const struct receipt *r, const struct reply *reply)
{
	bool foreign = reply->code == 0 && diagnose_foreign(reply->raw);
	char text[OBSERVED_SIZE];
	struct arena arena = { 0 };

	if (foreign)
		observe_octets(reply->raw, text);
	else if (r->event.kind == CONV_TOO_MUCH)
		snprintf(text, sizeof text,
		    "unterminated reply: truncated after %d KiB (RFC 5321 4.5.3.1.5)",
		    CONV_REPLY_MAX >> 10);
	else if (s->wire.surprises > SURPRISES_MAX)
		snprintf(text, sizeof text,
		    "the server does not stop sending: %d unsolicited replies", SURPRISES_MAX);
	else if (r->event.late && r->asked.due.verb == VERB_STARTTLS && reply->code == 220)
		snprintf(text, sizeof text,
		    "the 220 to STARTTLS was received too late: the server is waiting for a "
		    "handshake that timed out");
	else if (s->opts->careful && r->standing == REPLY_OUT_OF_STEP)
		snprintf(
		    text, sizeof text, "connection closed: replies and commands are out of step");
	else
		return true;
	session_break_off(
	    s, ERR_PROTO, text, foreign ? session_diagnose_octets(s, reply->raw, &arena) : NULL);
	arena_release(&arena);
	return false;
}

/* Reports a greeting that is masked, or not an SMTP server's. */
static void
receive_greeting(struct session *s, const struct reply *r)
{
	struct arena arena = { 0 };
	const struct diagnosis *d = session_diagnose_greeting(s, r, &arena);

	if (d)
		session_remark(s, EVENT_PROBLEM, ERR_NONE,
		    d->cause == CAUSE_GREETING_MASKED ? "the greeting is masked with asterisks" :
							"the greeting is not an SMTP server's",
		    d);
	arena_release(&arena);
}

/* Shows the challenge of an AUTH exchange; after a 5xx, AUTH is not retried. */
static void
receive_auth(struct session *s, const struct reply *r)
{
	struct arena arena = { 0 };
	struct span challenge;

	if (r->code == 334 && span_trim(r->line[0]).len > 0) {
		bool decoded = auth_challenge(&arena, r->line[0], &challenge);
		challenge = secrecy_shown(&s->secrets.secrecy, &arena, challenge);
		session_note(s, "%s: %.*s",
		    decoded ? "the decoded challenge is" :
			      "the challenge is not base64 (RFC 4954 4)",
		    SPAN_ARG(span_first(text_safe(&arena, challenge), 400)));
	}
	if (r->code / 100 == 5)
		s->auth_refused = true;
	arena_release(&arena);
}

/* Learns what EHLO offers from now on. */
static void
receive_offers(struct session *s, const struct reply *r)
{
	const struct extensions *e = offers_learn(&s->offers, offers_state(&s->dialogue), r);
	struct arena arena = { 0 };

	session_emit(s, &(struct event){ .kind = EVENT_EXTENSIONS, .extensions = e });
	if (e->cut)
		session_note(s, "only the first %d extensions are used", EXTENSIONS_MAX);
	const struct diagnosis *d = session_diagnose_extensions(s, e, &arena);
	if (d)
		session_remark(s, EVENT_PROBLEM, ERR_NONE,
		    "a keyword in the EHLO reply is overwritten with X", d);
	arena_release(&arena);
	session_note_dane(s);
}

/*
 * Acts on a reply, and passes it to the current step. The step gets a challenge as received, since
 * the exchange needs it, and any other reply as it may be shown.
 */
static void
receive_learn(struct session *s, const struct receipt *r, const struct reply *shown)
{
	enum verb verb = r->asked.due.verb;

	if (r->greeting) {
		receive_greeting(s, shown);
		if (shown->nlines > 0)
			snprintf(s->sent.greeting, sizeof s->sent.greeting, "%.*s",
			    SPAN_ARG(shown->line[0]));
	}
	if (verb == VERB_AUTH && r->asked.ticket)
		receive_auth(s, &r->event.reply);
	s->sent.hellos += verb_is_hello(verb) && r->err == ERR_NONE;
	if (verb_is_ehlo(verb) && r->err == ERR_NONE)
		receive_offers(s, shown);
	if (verb == VERB_STARTTLS && r->asked.ticket && shown->code != 220) {
		s->secure.starttls_refused = true;
		session_note_dane(s);
	}
	if ((r->asked.ticket && !r->event.late) ||
	    (s->step && (s->step->op->traits & STEP_GETS_ALL))) {
		struct conv_event event = r->event;
		if (shown->code != 334)
			event.reply = *shown;
		session_tell(s,
		    &(struct news){ .kind = NEWS_REPLY,
			.event = &event,
			.verb = verb,
			.failed = r->err,
			.standing = r->standing,
			.due = &r->asked.due,
			.more = r->more });
	}
}

/*
 * Applies a reply to the state of the dialogue. A late reply to the end of a message changes
 * nothing: the message was over when that reply was given up.
 */
static void
receive_take_effect(
    struct session *s, const struct due *due, unsigned code, enum err_kind failed, bool late)
{
	if (due_is_message(due)) {
		if (!late)
			dialogue_message_over(&s->dialogue);
	} else if (due->stage == DUE_GREETING)
		s->dialogue.greeted = failed == ERR_NONE;
	else
		dialogue_received(&s->dialogue, due->verb, failed == ERR_NONE ? code : 0);
}

static void
receive_show(struct session *s, const struct receipt *r, const struct reply *shown)
{
	struct event event = { .kind = EVENT_REPLY, .err = r->err };
	struct arena arena = { 0 };

	event.diagnosis = session_diagnose_reply(s, r, shown, &arena);

	event.answer.reply = shown;
	event.answer.raw = r->event.reply.raw;
	event.answer.due = r->asked.due;
	event.answer.standing = r->standing;
	event.answer.verb = r->asked.due.verb;
	event.answer.banner = r->greeting;
	event.answer.dot = due_is_message(&r->asked.due);
	event.answer.late = r->event.late;
	event.answer.surprise = r->surprise;
	event.answer.or = r->or ;
	event.answer.took_us = r->asked.at_us ? loop_now_us() - r->asked.at_us : 0;
	event.answer.drawn_us = r->drawn_us;
	session_emit(s, &event);
	arena_release(&arena);
}

/*
 * Returns whether the reply rejects BDAT as a command, rather than the message for one recipient:
 * LMTP's BDAT LAST has a reply for each recipient only if the server carries it out (RFC 2033 4.2),
 * and a server without CHUNKING does not.
 */
static bool
receive_rejects_chunk(struct session *s, const struct receipt *r)
{
	const struct reply *reply = &r->event.reply;

	if (r->asked.due.stage != DUE_RECIPIENT || r->asked.due.verb != VERB_BDAT)
		return false;
	if (!session_offers(s, "CHUNKING"))
		return reply->code / 100 == 4 || reply->code / 100 == 5;
	return reply->code == 500 || reply->code == 502 || reply->code == 503 ||
	    (reply->code / 100 == 5 && reply->status.subject == STATUS_OF_PROTOCOL);
}

static void
receive_reply(struct session *s, const struct conv_event *came)
{
	struct receipt r = wire_receive(&s->wire, came, s->dialogue.rcpts);
	unsigned code = came->reply.code;
	struct arena arena = { 0 };

	if (receive_rejects_chunk(s, &r))
		wire_not_carried_out(&s->wire, &r.asked);
	if (r.asked.due.verb == VERB_AUTH || code == 334 || code == 235)
		secrets_learn(&s->secrets, &came->reply);
	struct reply shown = secrets_shown_reply(&s->secrets, &came->reply, &arena);
	if (r.before.open)
		receive_take_effect(s, &r.before.due, r.before.code, r.before.failed, true);
	if (r.takes_effect)
		receive_take_effect(s, &r.asked.due, code, r.err, r.event.late);
	offers_keep_reply(&s->offers, &shown);
	receive_show(s, &r, &shown);
	if (r.err == ERR_UNKNOWN && !r.event.late)
		session_tell_unknown(s);
	/*
	 * A second reply would show which of two commands this one answers; until then it has no
	 * effect.
	 */
	bool waits_for_second = s->wire.late.open && r.event.late;
	if (receive_is_chatter_free(s, &r, &shown) && waits_for_second)
		session_wait(s, WAIT_SECOND, 0);
	else if (s->wire.conn && !waits_for_second)
		receive_learn(s, &r, &shown);
	arena_release(&arena);
}

bool
session_find_step(struct session *s)
{
	struct due late = s->wire.late.due;
	struct receipt r = { .asked = wire_find_step(&s->wire) };
	struct arena arena = { 0 };

	if (r.asked.ticket == 0)
		return false;
	r.event = (struct conv_event){ .kind = CONV_REPLY, .ticket = r.asked.ticket };
	reply_parse(arena_copy(&arena, s->offers.last_reply->raw), &arena, &r.event.reply);
	unsigned code = r.event.reply.code;
	r.standing = standing_of(&r.asked.due, code);
	r.err = standing_err(&r.asked.due, r.standing, &r.event.reply);
	session_note(s,
	    "back in step: no second reply was received, so %03u answered %s, and the %s before it "
	    "was never answered",
	    code, due_text(&r.asked.due), due_text(&late));
	receive_take_effect(s, &r.asked.due, code, r.err, false);
	receive_learn(s, &r, &r.event.reply);
	arena_release(&arena);
	return true;
}

/* ---- what a server receives */

static void
receive_command(struct session *s, const struct conv_event *e)
{
	static const enum news_kind kinds[] = {
		[CONV_COMMAND] = NEWS_COMMAND,
		[CONV_ANSWER] = NEWS_COMMAND,
		[CONV_TEXT] = NEWS_TEXT,
		[CONV_TEXT_END] = NEWS_TEXT_END,
	};

	if (e->kind == CONV_COMMAND || e->kind == CONV_ANSWER) {
		struct arena arena = { 0 };
		struct event event = { .kind = EVENT_COMMAND,
			.text = secrets_of_client(&s->secrets, e, &arena),
			.flaws = e->flaws };
		session_emit(s, &event);
		arena_wipe(&arena);
	}
	session_tell(s, &(struct news){ .kind = kinds[e->kind], .event = e });
}

void
session_receive(struct session *s, const struct conv_event *e)
{
	if (e->kind == CONV_CHATTER && e->text.len > 0)
		session_note(s, "command output: %.*s", SPAN_ARG(session_shown(s, e->text)));
	else if (e->kind == CONV_CHATTER)
		return;
	else if (s->role == CONV_CLIENT)
		receive_reply(s, e);
	else
		receive_command(s, e);
}
