/* transfer - one message over the wire. */
#include "run/session/steps/transfer.h"

#include <stdio.h>

#include "base/text.h"
#include "smtp/body.h"

enum { PIECE = 64 << 10, AHEAD = 256 << 10 };

void
transfer_release(struct transfer *t)
{
	buf_release(&t->kept);
}

static enum progress
read_failed(struct session *s, const struct err *err)
{
	session_fail(s, err->kind, "%s; the connection is dropped without completing the message",
	    err->text);
	session_close(s, true);
	return STEP_FAIL;
}

static void
tell_what_goes(struct session *s, const struct transfer *t)
{
	char size[24], what[64];

	text_size(size, t->message->facts.octets);
	snprintf(what, sizeof what, "<message, %s>", size);
	session_sent_message(s, span_of(what), t->message, t->message->facts.octets, t->chunk > 0);
}

/* ---- DATA */

/*
 * A short message line by line, as it stands on the wire: a line that begins with a dot has a
 * second one.
 */
static enum progress
send_lines(struct session *s, struct transfer *t)
{
	struct span rest = buf_span(&t->message->head), line;
	struct arena arena = { 0 };
	bool ok = true;

	while (ok && span_line(&rest, &line))
		ok = session_say_text(s, body_line(&arena, line));
	arena_release(&arena);
	if (!ok || !session_say_text(s, BODY_END))
		return STEP_FAIL;
	if (t->replies > 1)
		session_owe_message(s, t->replies - 1);
	t->stage = TRANSFER_END;
	return STEP_WAIT;
}

/* There is always room for a piece that doubles. */
_Static_assert(AHEAD + 2 * PIECE + 8 <= CONV_OUTPUT_MAX / 2, "a piece would not be taken whole");

static enum progress
send_some(struct session *s, struct transfer *t)
{
	struct buf *out = conv_outbuf(session_conv(s));
	char piece[PIECE];
	struct err err;
	size_t n = 1;

	while (buf_span(out).len < AHEAD) {
		if (!message_read(t->message, &t->reader, piece, sizeof piece, &n, &err))
			return read_failed(s, &err);
		if (n == 0)
			break;
		body_stuff(&t->out, (struct span){ piece, n }, out);
	}
	if (n > 0) {
		session_wait_room(s);
		return STEP_WAIT;
	}
	body_end(&t->out, out);
	t->stage = TRANSFER_END;
	session_owe_message(s, t->replies);
	return STEP_WAIT;
}

static enum progress
note_refusal(struct session *s, struct transfer *t, const struct news *news)
{
	if (!t->is_refused && t->refused)
		t->refused(t->ctx, news);
	t->is_refused = true;
	return session_refused(s, news);
}

static enum progress
heard_go_ahead(struct session *s, struct transfer *t, const struct news *news)
{
	if (news->failed != ERR_NONE)
		return note_refusal(s, t, news);
	/*
	 * RFC 2920 3.1: DATA that was pipelined behind recipients of whom none was taken is ended
	 * with nothing in it.
	 */
	if (t->replies == 0) {
		t->stage = TRANSFER_END;
		t->replies = 1;
		if (!session_say_text(s, BODY_END))
			return STEP_FAIL;
		session_is_no_message(s);
		return STEP_WAIT;
	}
	if (message_is_shown(t->message) &&
	    !span_find(buf_span(&t->message->head), SPAN("\r\r")).len)
		return send_lines(s, t);
	tell_what_goes(s, t);
	t->stage = TRANSFER_SENDING;
	return send_some(s, t);
}

/* ---- BDAT */

static bool
is_chunking_offered(struct session *s)
{
	const struct extensions *e = session_view(s).extensions;
	return e && extensions_offer(e, "CHUNKING");
}

bool
transfer_may_chunk(struct session *s, bool forced)
{
	bool offered = is_chunking_offered(s);

	if (!offered && !forced)
		session_fail(s, ERR_REFUSED,
		    "CHUNKING is not offered, so BDAT is not sent: the server could read the "
		    "message as commands"
		    " (force sends it all the same)");
	else if (!offered)
		session_note(s, "CHUNKING is not offered; BDAT is sent all the same");
	return offered || forced;
}

/*
 * A server with CHUNKING reads a chunk whole before it rejects it (RFC 3030 2), unless it did not
 * understand the line.
 */
static bool
may_be_commands(struct session *s, const struct news *news)
{
	unsigned code = news->event->reply.code;

	return news->failed != ERR_NONE &&
	    (!is_chunking_offered(s) || code == 500 || code == 501 || code == 502 || code == 504);
}

/*
 * Which reply answers what is not known any more, and no octet may follow that could be one more
 * command.
 */
static enum progress
give_up(struct session *s, struct transfer *t)
{
	t->owed = 0;
	session_note(s,
	    "BDAT was rejected: the octets behind it may have been read as commands; the "
	    "connection is closed");
	session_close(s, true);
	return STEP_FAIL;
}

static enum progress
begin_chunk(struct session *s, struct transfer *t)
{
	char line[64];
	bool last = t->unsaid <= t->chunk;

	t->left = last ? t->unsaid : t->chunk;
	t->unsaid -= t->left;
	snprintf(
	    line, sizeof line, "BDAT %llu%s", (unsigned long long)t->left, last ? " LAST" : "");
	if (!session_say(s, span_of(line)))
		return STEP_FAIL;
	if (last)
		session_is_last_chunk(s, t->replies);
	t->owed++;
	t->stage = TRANSFER_CHUNK;
	return STEP_WAIT;
}

/* Puts what the chunk in hand lacks, as far as there is room. False: the message cannot be read. */
static bool
fill_chunk(struct session *s, struct transfer *t, struct err *err)
{
	struct buf *out = conv_outbuf(session_conv(s));
	size_t n;

	while (t->left > 0 && buf_span(out).len < AHEAD) {
		if (buf_span(&t->kept).len == 0) {
			size_t room;
			t->kept.max = PIECE;
			char *at = buf_reserve(&t->kept, PIECE, &room);
			if (!message_read(t->message, &t->reader, at, room, &n, err))
				return false;
			if (n == 0)
				return err_set(
				    err, ERR_USAGE, "the message's file changed while it was sent");
			buf_commit(&t->kept, n);
		}
		struct span kept = span_first(
		    buf_span(&t->kept), t->left < PIECE ? (size_t)t->left : PIECE);
		buf_append(out, kept);
		t->left -= kept.len;
		buf_consume(&t->kept, kept.len);
	}
	return true;
}

static enum progress
send_chunks(struct session *s, struct transfer *t)
{
	struct err err;

	for (;;) {
		if (!fill_chunk(s, t, &err))
			return read_failed(s, &err);
		if (t->left > 0) {
			session_wait_room(s);
			return STEP_WAIT;
		}
		if (t->is_refused && t->owed == 0)
			return STEP_FAIL;
		if (t->unsaid == 0) {
			t->stage = TRANSFER_END;
			session_wait_message(s);
			return STEP_WAIT;
		}
		if (!t->pipelined || t->is_refused) {
			session_wait_reply(s, VERB_BDAT);
			return STEP_WAIT;
		}
		if (begin_chunk(s, t) == STEP_FAIL)
			return STEP_FAIL;
	}
}

/* RFC 3030 2: a chunk that is refused must still be sent whole; the next one need not. */
static enum progress
heard_chunk(struct session *s, struct transfer *t, const struct news *news)
{
	t->owed--;
	if (news->failed != ERR_NONE) {
		note_refusal(s, t, news);
		if (may_be_commands(s, news))
			return give_up(s, t);
		return t->left == 0 && t->owed == 0 ? STEP_FAIL : send_chunks(s, t);
	}
	if (t->is_refused)
		return t->owed == 0 ? STEP_FAIL : STEP_WAIT;
	if (t->left > 0 || t->pipelined)
		return send_chunks(s, t);
	return begin_chunk(s, t) == STEP_FAIL ? STEP_FAIL : send_chunks(s, t);
}

/* ---- both */

enum progress
transfer_begin(struct session *s, struct transfer *t, bool asked)
{
	t->stage = TRANSFER_ASKED;
	t->unsaid = t->message->facts.octets;
	if (t->chunk > 0) {
		tell_what_goes(s, t);
		return begin_chunk(s, t) == STEP_FAIL ? STEP_FAIL : send_chunks(s, t);
	}
	if (session_dialogue(s)->mode == MODE_MESSAGE) {
		tell_what_goes(s, t);
		t->stage = TRANSFER_SENDING;
		return send_some(s, t);
	}
	return asked || session_say(s, SPAN("DATA")) ? STEP_WAIT : STEP_FAIL;
}

/*
 * Of a message that is accepted though a part of it was refused nobody knows what the server has.
 */
static enum progress
heard_end(struct session *s, struct transfer *t, const struct news *news)
{
	struct news end = *news;

	if (news->more > 0) {			/* PRDR: one for each recipient, and one for all */
		t->replies = news->more;
		session_wait_message(s);
		return STEP_WAIT;
	}
	if (t->is_refused && !t->failed && end.failed == ERR_NONE) {
		end.failed = ERR_UNKNOWN;
		session_tell_unknown(s);
	}
	if (t->final)
		t->final(t->ctx, t->heard, &end);
	t->heard++;
	t->failed = err_worse(t->failed, end.failed);
	if (t->chunk > 0 && may_be_commands(s, news)) {
		session_failed(s, t->failed);
		return give_up(s, t);
	}
	if (t->heard < t->replies) {
		session_wait_message(s);
		return STEP_WAIT;
	}
	return t->failed ? session_failed(s, t->failed) : STEP_DONE;
}

enum progress
transfer_heard(struct session *s, struct transfer *t, const struct news *news)
{
	/* A reply that came first may have let the rest go: then this room is wanted no more. */
	if (news->kind == NEWS_WRITABLE)
		return t->stage == TRANSFER_CHUNK ? send_chunks(s, t) :
		    t->stage == TRANSFER_SENDING  ? send_some(s, t) :
						    STEP_WAIT;
	if (news->kind != NEWS_REPLY)
		return STEP_FAIL;
	if (t->stage == TRANSFER_ASKED)
		return heard_go_ahead(s, t, news);
	if (t->chunk > 0 && (t->stage == TRANSFER_CHUNK || t->owed > 1))
		return heard_chunk(s, t, news);
	return heard_end(s, t, news);
}
