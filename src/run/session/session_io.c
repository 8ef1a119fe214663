/* session - octets in and out, and what replies mean to it. */
#include "run/session/session_impl.h"

#include <errno.h>
#include <stdio.h>

#include "run/session/diagnose.h"

enum { SCRATCH_SIZE = 16 << 10, READS_A_TURN = 16, SURPRISES_MAX = 100 };

static struct asked
take_asked(struct session *s, unsigned ticket)
{
	struct asked none = { 0 };

	for (size_t i = 0; i < s->asked_n; i++)
		if (s->asked[i].ticket == ticket) {
			struct asked a = s->asked[i];
			memmove(&s->asked[i], &s->asked[i + 1], (s->asked_n - i - 1) * sizeof a);
			s->asked_n--;
			return a;
		}
	return none;
}

/* What the form of it tells, beyond its flaws. */
static void
remark(struct session *s, const char *what)
{
	if (what)
		session_emit(s, &(struct event){ .kind = EVENT_PROBLEM, .text = span_of(what) });
}

/* The peer is of no more use: why, and an end. */
static void
break_off(struct session *s, enum err_kind kind, const char *why)
{
	session_fail(s, kind, "%s", why);
	session_closed(s, CLOSED_BY_US, true);
	session_tell(s, &(struct news){ .kind = NEWS_CLOSED });
}

/*
 * False when the connection was given up: what speaks there is no SMTP server, or speaks without
 * end.
 */
static bool
bear(struct session *s, const struct conv_event *e, const struct asked *asked,
    enum standing standing)
{
	char text[DIAGNOSIS_SIZE];
	const char *foreign = e->reply.code == 0 ? diagnose_foreign(e->reply.raw) : NULL;

	s->surprises = asked->ticket ? 0 : s->surprises + 1;
	if (foreign)
		diagnose_octets(e->reply.raw, foreign, text);
	else if (e->kind == CONV_TOO_MUCH)
		snprintf(text, sizeof text,
		    "the reply has no end: it was cut after %d KiB (RFC 5321 4.5.3.1.5)",
		    CONV_REPLY_MAX >> 10);
	else if (s->surprises > SURPRISES_MAX)
		snprintf(text, sizeof text,
		    "the server does not stop: %d replies that nothing asked for", SURPRISES_MAX);
	else if (e->late && asked->due.verb == VERB_STARTTLS && e->reply.code == 220)
		snprintf(text, sizeof text,
		    "the 220 to STARTTLS came late: the server waits for a handshake that had been "
		    "given up");
	else if (s->opts->careful && standing == REPLY_OUT_OF_STEP)
		snprintf(
		    text, sizeof text, "connection closed: replies and commands are out of step");
	else
		return true;
	break_off(s, ERR_PROTO, text);
	return false;
}

/* What follows from it. A challenge is an input of the exchange, so that it is heard as it came. */
static void
heed_reply(struct session *s, const struct conv_event *e, const struct conv_event *shown,
    const struct asked *asked, enum standing standing, enum err_kind err, unsigned more)
{
	const struct reply *r = &shown->reply;

	if (asked->due.stage == DUE_GREETING)
		remark(s, diagnose_banner(r));
	if (asked->due.verb == VERB_AUTH && asked->ticket)
		session_heard_auth(s, &e->reply);
	if ((asked->due.verb == VERB_EHLO || asked->due.verb == VERB_LHLO) && err == ERR_NONE) {
		session_learn_extensions(s, r);
		remark(s, diagnose_extensions(s->extensions));
		session_note_dane(s);
	}
	if (asked->due.verb == VERB_STARTTLS && asked->ticket && r->code != 220) {
		s->starttls_refused = true;
		session_note_dane(s);
	}
	if ((asked->ticket && !e->late) || (s->step && (s->step->op->traits & STEP_GETS_ALL)))
		session_tell(s,
		    &(struct news){ .kind = NEWS_REPLY,
			.event = r->code == 334 ? e : shown,
			.verb = asked->due.verb,
			.failed = err,
			.standing = standing,
			.due = &asked->due,
			.more = more });
}

/* On where the dialogue stands. A message was over when the reply to its end was given up. */
static void
take_effect(
    struct session *s, const struct due *due, unsigned code, enum err_kind failed, bool late)
{
	if (due_is_message(due)) {
		if (!late)
			dialogue_message_over(&s->dialogue);
	} else if (due->stage == DUE_GREETING)
		s->dialogue.greeted = failed == ERR_NONE;
	else
		dialogue_heard(&s->dialogue, due->verb, failed == ERR_NONE ? code : 0);
}

/* What the reply with that ticket answers; NULL: nothing. */
static const struct due *
due_of(const struct session *s, unsigned ticket)
{
	for (size_t i = 0; ticket && i < s->asked_n; i++)
		if (s->asked[i].ticket == ticket)
			return &s->asked[i].due;
	return NULL;
}

/*
 * After a 353 come a reply for each recipient that was accepted and one for all (draft-hall-prdr):
 * how many of them nobody had counted on yet.
 */
static unsigned
owe_each(struct session *s)
{
	unsigned due = s->dialogue.rcpts + 1, counted = 0, more;

	for (size_t i = 0; i < s->asked_n; i++)
		counted += s->asked[i].due.stage == DUE_RECIPIENT ||
		    s->asked[i].due.stage == DUE_MESSAGE;
	more = due > counted ? due - counted : 0;
	for (unsigned i = 0; i < more; i++)
		session_asked(s, conv_owe_next(s->conv),
		    (struct due){ .stage = i == 0 && counted == 0 ? DUE_MESSAGE : DUE_RECIPIENT,
			.verb = VERB_DATA });
	return more;
}

/* What was given up is out of it, and the reply is that of the command which waits. */
static struct asked
settle(struct session *s)
{
	unsigned ticket = conv_settle(s->conv);

	while (s->asked_n > 0 && s->asked[0].ticket != ticket)
		take_asked(s, s->asked[0].ticket);
	return take_asked(s, ticket);
}

/*
 * A late reply whose code cannot answer what was given up, and fits what waits: it was never
 * answered, and we are in step.
 */
static bool
answers_what_waits(const struct session *s, const struct conv_event *e, const struct asked *asked)
{
	const struct due *waits = e->late ? due_of(s, conv_due(s->conv)) : NULL;

	return waits && standing_of(&asked->due, e->reply.code) == REPLY_OUT_OF_STEP &&
	    standing_of(waits, e->reply.code) == REPLY_FITS;
}

static void
heard_reply(struct session *s, const struct conv_event *came)
{
	struct asked asked = take_asked(s, came->ticket);
	struct conv_event as = *came, *e = &as;
	struct event event = { .kind = EVENT_REPLY };
	struct conv_event shown = *e;
	struct arena arena = { 0 };
	const struct reply *r = &shown.reply;
	if (answers_what_waits(s, came, &asked)) {
		asked = settle(s);
		as.ticket = asked.ticket;
		as.late = shown.late = false;
	}
	bool surprise = e->ticket == 0 || (asked.ticket == 0 && e->ticket != CONV_BANNER);

	if (e->ticket == CONV_BANNER)
		asked.due.stage = DUE_GREETING;
	else if (surprise)
		asked.due.stage = s->said_221 ? DUE_PARTED : DUE_NOTHING;
	enum standing standing = e->late ? REPLY_FITS : standing_of(&asked.due, e->reply.code);
	enum err_kind err = standing_err(&asked.due, standing, &e->reply);
	if (err == ERR_NONE && due_is_message(&asked.due) && asked.end > s->octets_out)
		/* it was not all there yet, so this is no answer to its end */
		err = ERR_UNKNOWN;
	if (err == ERR_UNKNOWN && asked.no_message)
		err = ERR_PROTO;
	bool banner = asked.due.stage == DUE_GREETING, dot = due_is_message(&asked.due);
	if (asked.due.verb == VERB_AUTH || e->reply.code == 334 || e->reply.code == 235)
		session_heed_proofs(s, &e->reply);
	shown.reply = session_shown_reply(s, &e->reply, &arena);
	event.answer.reply = r;
	event.answer.raw = e->reply.raw;
	event.answer.due = asked.due;
	event.answer.standing = standing;
	event.answer.verb = asked.due.verb;
	event.answer.banner = banner;
	event.answer.dot = dot;
	event.answer.late = e->late;
	event.answer.surprise = surprise;
	event.answer.took_us = asked.at_us ? loop_now_us() - asked.at_us : 0;
	event.answer.drawn_us = s->coming.began_us ? loop_now_us() - s->coming.began_us : 0;
	s->coming.began_us = 0;
	event.err = err;
	if (s->late.open && !e->late && e->ticket)		/* in order, as it seems */
		take_effect(s, &s->late.due, s->late.code, s->late.failed, true);
	s->late.open &= e->ticket == 0;
	unsigned more = asked.due.stage == DUE_MESSAGE && asked.due.prdr && r->code == 353 &&
		err == ERR_NONE && !e->late ?
	    owe_each(s) :
	    0;
	if (e->late && (event.answer.or = due_of(s, conv_due(s->conv))) &&
	    standing_of(event.answer.or, r->code) != REPLY_OUT_OF_STEP) {
		s->late.open = true;
		s->late.due = asked.due;
		s->late.code = r->code;
		s->late.failed = err;
	} else if (more == 0 && (asked.ticket || banner)) {
		event.answer.or = NULL;
		take_effect(s, &asked.due, r->code, err, e->late);
	}
	s->out_of_step |= standing == REPLY_OUT_OF_STEP;
	if (banner && (err == ERR_TEMPORARY || err == ERR_REFUSED))
		s->unwelcome = err;
	session_keep_last(s, r);
	session_emit(s, &event);
	if (err == ERR_UNKNOWN && !e->late)
		session_tell_unknown(s);
	s->said_421 |= r->code == 421;		/* who says so closes (RFC 5321 3.8) */
	s->said_221 |= r->code == 221;
	if (bear(s, &shown, &asked, standing) && s->late.open && e->late)
		session_wait(s, WAIT_SECOND, 0);
	else if (s->conn && !(s->late.open && e->late))
		heed_reply(s, e, &shown, &asked, standing, err, more);
	arena_release(&arena);
}

bool
session_find_step(struct session *s)
{
	bool open = s->late.open && conv_due(s->conv);
	struct arena arena = { 0 };

	s->late.open = false;
	if (!open)
		return false;
	struct asked asked = settle(s);
	struct conv_event e = { .kind = CONV_REPLY, .ticket = asked.ticket };
	reply_parse(arena_copy(&arena, s->last_reply->raw), &arena, &e.reply);
	enum standing standing = standing_of(&asked.due, e.reply.code);
	enum err_kind err = standing_err(&asked.due, standing, &e.reply);
	session_note(s,
	    "in step again: no second reply came, so %03u answered %s, and the %s before it was "
	    "never answered",
	    e.reply.code, due_text(&asked.due), due_text(&s->late.due));
	take_effect(s, &asked.due, e.reply.code, err, false);
	heed_reply(s, &e, &e, &asked, standing, err, 0);
	arena_release(&arena);
	return true;
}

static void
heard_chatter(struct session *s, struct span line)
{
	if (line.len > 0)
		session_note(s, "the command says: %.*s", SPAN_ARG(session_shown(s, line)));
}

/*
 * What a server keeps of what its client said in secret: so much in all, and nothing of a longer
 * line, of which nothing is shown either.
 */
enum { SERVER_MASK_MAX = 1 << 15, SERVER_RESPONSE_MAX = 4096 };

/* Not even the user name is shown; who hands the line on may hear it again. */
static struct span
without_secret(struct session *s, const struct conv_event *e, struct arena *arena)
{
	bool answer = e->kind == CONV_ANSWER;
	struct span line = e->text;
	size_t same = 0;

	if (s->secrecy.mask.n > SERVER_MASK_MAX)
		mask_release(&s->secrecy.mask);
	if (line.len > SERVER_RESPONSE_MAX && secrecy_conceals(&s->secrecy, line, answer))
		return arena_printf(
		    arena, "<%s, %zu octets>", answer ? "answer" : "secret", line.len);
	struct span shown = secrecy_said(&s->secrecy, line, answer, arena);
	if (shown.at == line.at)
		return secrecy_shown(&s->secrecy, arena, line);
	while (same < line.len && same < shown.len && line.at[same] == shown.at[same])
		same++;
	return arena_printf(arena, "%.*s<%s, %zu octets>", SPAN_ARG(span_first(line, same)),
	    answer ? "answer" : "secret", line.len - same);
}

static void
heard_command(struct session *s, const struct conv_event *e)
{
	static const enum news_kind kinds[] = {
		[CONV_COMMAND] = NEWS_COMMAND, [CONV_ANSWER] = NEWS_COMMAND,
		[CONV_TEXT] = NEWS_TEXT, [CONV_TEXT_END] = NEWS_TEXT_END,
	};

	if (e->kind == CONV_COMMAND || e->kind == CONV_ANSWER) {
		struct arena arena = { 0 };
		struct event event = { .kind = EVENT_COMMAND,
			.text = without_secret(s, e, &arena),
			.flaws = e->flaws };
		session_emit(s, &event);
		arena_wipe(&arena);
	}
	session_tell(s, &(struct news){ .kind = kinds[e->kind], .event = e });
}

/*
 * May what came be understood, and more be read? Nothing between STARTTLS and the handshake, to
 * which it is left. A server's step must be there to hear a command; replies are heard in any case.
 * A client that does not read its replies is not heard either, so that they cannot pile up: what it
 * sends meanwhile waits in the kernel, on its side.
 */
static bool
hears(const struct session *s)
{
	if (s->shake_us || s->shake_when_sent || s->held)
		return false;
	return s->role == CONV_CLIENT || (s->step && conv_output(s->conv).len < SESSION_LOW_WATER);
}

void
session_hold(struct session *s, bool held)
{
	s->held = held;
}

/*
 * A client's commands are heard for a few milliseconds at a time: others have theirs. The rest
 * waits for the next turn.
 */
enum { TURN_US = 4000 };

static void
understand(struct session *s)
{
	struct conv_event e;
	uint64_t began_us = s->role == CONV_SERVER ? loop_now_us() : 0;

	s->more = false;
	while (s->conv && hears(s) && !s->more && conv_next(s->conv, &e)) {
		if (e.kind == CONV_CHATTER)
			heard_chatter(s, e.text);
		else if (s->role == CONV_CLIENT)
			heard_reply(s, &e);
		else
			heard_command(s, &e);
		s->more = began_us && loop_now_us() - began_us > TURN_US;
	}
}

/* ---- moving octets */

static void
take_in(struct session *s, struct span octets)
{
	if (!s->coming.began_us) {
		s->coming.began_us = loop_now_us();
		s->coming.pieces = 0;
	}
	s->coming.pieces++;
	conv_feed(s->conv, octets);
	understand(s);
	if (s->conv && conv_pending(s->conv).len == 0)
		s->coming.began_us = 0;
}

/* One of all sessions, and not on the stack: most reads are short, and touch one page of it. */
static char *
scratch(struct session_env *env)
{
	if (!env->scratch)
		env->scratch = memory_get(SCRATCH_SIZE);
	return env->scratch;
}

/*
 * Who has left the step (it said QUIT, or was let go) is still read, so that its close is seen;
 * what it says is dropped. Else there is room for as much as is read at once whenever all was
 * understood: a TLS record is then never read in part, and no octets wait where poll does not see
 * them.
 */
static bool
reads(const struct session *s)
{
	bool left = s->role == CONV_SERVER && !s->step && !s->shake_us && !s->shake_when_sent;

	return !s->ended && (left || (hears(s) && !s->more && conv_room(s->conv) >= SCRATCH_SIZE));
}

/* What is there of it, understood; CONN_OK when something was. */
static enum conn_status
read_some(struct session *s, size_t *n)
{
	char *octets = scratch(s->env);
	enum conn_status status = conn_read(s->conn, octets, SCRATCH_SIZE, n);

	if (status != CONN_OK)
		return status;
	session_trace(s, "read", *n);
	s->octets_in += *n;
	loop_timer_free(s->hush);
	s->hush = NULL;
	take_in(s, s->role == CONV_CLIENT || s->step ? (struct span){ octets, *n } : SPAN_NONE);
	return CONN_OK;
}

/*
 * What lies in the socket, or within TLS, before a command goes out is no reply to it: it is read
 * and told first. Its end shows again by itself.
 */
static void
read_before_asking(struct session *s)
{
	size_t n;

	while (s->conn && s->conv && s->role == CONV_CLIENT && reads(s) &&
	    conv_is_about_to_ask(s->conv) && read_some(s, &n) == CONN_OK)
		;
}

static void
lost(struct session *s, enum closed_by by)
{
	bool farewell = s->said_421, awaited = s->step && (s->step->op->traits & STEP_EXPECTS_CLOSE);
	session_find_step(s);		/* there is no second one to come */
	bool expected = s->shut || s->shut_when_sent || s->said_221 || s->unwelcome || farewell ||
	    awaited || s->role == CONV_SERVER;

	if (s->conn)
		session_closed(s, by, expected);
	if (!s->step)
		return;
	s->failed = s->unwelcome ? s->unwelcome : farewell ? ERR_TEMPORARY : ERR_PROTO;
	session_tell(s, &(struct news){ .kind = NEWS_CLOSED });
}

static void
flush(struct session *s)
{
	size_t n;

	if (s->conn && !s->shake_us && !s->shake_when_sent && !s->write_failed &&
	    session_may_send(s) > 0)
		read_before_asking(s);
	while (s->conn && !s->shake_us && !s->write_failed && (n = session_may_send(s)) > 0) {
		enum conn_status status = conn_write(
		    s->conn, span_first(conv_output(s->conv), n), &n);
		if (status == CONN_OK) {
			s->heard_us = loop_now_us();
			session_trace(s, "wrote", n);
			conv_wrote(s->conv, n);
			s->octets_out += n;
			session_paced(s, n);
			continue;
		}
		s->write_failed = status != CONN_AGAIN;
		break;
	}
	if (!s->conn || s->shake_us || conv_output(s->conv).len > 0)
		return;
	if (s->ended)
		lost(s, CLOSED_BY_PEER);
	else if (s->shake_when_sent && !s->dane_query)
		session_begin_shaking(s);
	else if (s->shut_when_sent && !s->shut) {
		s->shut = true;
		if (!s->dialogue.tls || s->role == CONV_SERVER)
			conn_shut(s->conn);
	}
}

/* TLS where text is due has no line end to wait for. */
static void
look_for_tls(struct session *s)
{
	char text[DIAGNOSIS_SIZE];
	struct span pending = s->conv && s->role == CONV_CLIENT && !s->dialogue.tls ?
	    conv_pending(s->conv) :
	    SPAN_NONE;

	if (pending.len < 2 || (pending.at[0] != 0x15 && pending.at[0] != 0x16) || s->shake_us ||
	    s->shake_when_sent)
		return;
	const char *foreign = diagnose_foreign(pending);
	if (!foreign)
		return;
	diagnose_octets(pending, foreign, text);
	break_off(s, ERR_PROTO, text);
}

static void
lost_by(struct session *s, enum conn_status status)
{
	session_trace(s, status == CONN_EOF ? "end of stream" : "the stream broke", 0);
	understand(s);
	flush(s);		/* who says QUIT and shuts its side still wants the 221 */
	if (!s->conn || session_child_is_ending(s))
		return;
	s->ended = s->role == CONV_SERVER && status == CONN_EOF && !s->write_failed &&
	    conv_output(s->conv).len > 0;
	/* a client that shut its side may still read, slowly, what it asked for */
	if (s->ended)
		return;
	if (status == CONN_ERROR && !conn_was_reset(s->conn)) {
		struct err err = *conn_err(s->conn);
		break_off(s, err.kind, err.text);
		return;
	}
	lost(s,
	    conn_was_reset(s->conn)	 ? CLOSED_RESET :
		status == CONN_TRUNCATED ? CLOSED_TRUNCATED :
					   CLOSED_BY_PEER);
}

struct silence
session_silence(struct session *s)
{
	struct span pending = s->conv && s->role == CONV_CLIENT ?
	    session_shown(s, conv_pending(s->conv)) :
	    SPAN_NONE;

	return (struct silence){ .wait = s->wait,
		.verb = s->wait_verb,
		.ms = s->deadline_ms,
		.pending = pending,
		.pieces = pending.len > 0 ? s->coming.pieces : 0,
		.tls = s->tls != NULL };
}

static void
fill(struct session *s)
{
	size_t n;

	for (int i = 0; i < READS_A_TURN && s->conn && reads(s); i++) {
		enum conn_status status = read_some(s, &n);
		if (status == CONN_AGAIN)
			return;
		if (status == CONN_OK) {
			look_for_tls(s);
			if (n < SCRATCH_SIZE && s->conn && !conn_is_tls(s->conn))
				/* there is no more, or it shows by itself */
				return;
			continue;
		}
		lost_by(s, status);
		return;
	}
}

/*
 * Nothing can be written any more. What the peer said before it was gone (a 421) is in the receive
 * buffer, and is read to its end; then the connection is lost, at once: its error was told to the
 * write, and the descriptor may show no more.
 */
static void
read_out(struct session *s)
{
	enum conn_status status = CONN_EOF;
	int why = s->conn ? conn_err(s->conn)->sys : 0;
	size_t n;

	while (s->conn && reads(s) && (status = read_some(s, &n)) == CONN_OK)
		;
	if (s->conn)
		lost_by(s, why == ECONNRESET || why == EPIPE ? status : CONN_ERROR);
}

void
session_work(struct session *s)
{
	if (s->working)
		return;
	s->working = true;
	do {
		understand(s);
		session_run_steps(s);
		if (s->conn)
			flush(s);
		if (s->write_failed)
			read_out(s);
	} while (!s->step && s->queue);
	while (
	    s->conn && s->step && s->wants_room && conv_output(s->conv).len < SESSION_LOW_WATER) {
		s->wants_room = false;
		session_tell(s, &(struct news){ .kind = NEWS_WRITABLE });
		if (s->conn)
			flush(s);
		if (s->write_failed)
			read_out(s);
	}
	/* Nothing is flushed behind it: who waits for room that comes here would wait for ever. */
	if (s->conn && !s->shake_us)
		conn_want(s->conn, !s->aside.ending && reads(s),
		    !s->write_failed && ((s->more && hears(s)) || session_may_send(s) > 0));
	s->working = false;
}

void
session_on_conn(void *ctx, enum conn_news news)
{
	struct session *s = ctx;

	s->working = true;
	switch (news) {
	case CONN_TLS_UP:
		session_tls_came_up(s);
		break;
	case CONN_TLS_FAILED:
		session_tls_failed(s);
		break;
	case CONN_READY:
		session_hear_child(s);		/* before the reply that it said it for */
		understand(s);		/* what waits is older than what comes */
		fill(s);
		flush(s);
		if (s->write_failed)
			read_out(s);
		break;
	default:
		break;
	}
	s->working = false;
	session_work(s);
}

void
session_poke(struct session *s)
{
	session_work(s);
}
