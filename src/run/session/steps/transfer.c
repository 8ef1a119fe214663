/* transfer - sends one message, with DATA or BDAT. */
#include "run/session/steps/transfer.h"

#include <assert.h>
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
transfer_read_failed(struct session *s, const struct err *err)
{
	session_fail(
	    s, err->kind, "%s; connection closed without completing the message", err->text);
	session_close(s, true);
	return STEP_FAIL;
}

static void
transfer_show(struct session *s, const struct transfer *t)
{
	char size[24], what[64];

	text_size(size, t->message->facts.octets);
	snprintf(what, sizeof what, "<message, %s>", size);
	session_sent_message(s, span_of(what), t->message, t->message->facts.octets, t->chunk > 0);
}

/* ---- DATA */

/* Sends a short message line by line, and shows it as it is sent: dot-stuffed. */
static enum progress
transfer_send_lines(struct session *s, struct transfer *t)
{
	struct span rest = buf_span(&t->message->head), line;
	struct arena arena = { 0 };
	bool ok = true;

	while (ok && span_line(&rest, &line))
		ok = session_send_text(s, body_line(&arena, line));
	arena_release(&arena);
	if (!ok || !session_send_text(s, BODY_END))
		return STEP_FAIL;
	if (t->replies > 1)
		session_expect_message_replies(s, t->replies - 1);
	t->stage = TRANSFER_END;
	return STEP_WAIT;
}

/* There must be room for a whole piece, which dot-stuffing may double. */
_Static_assert(AHEAD + 2 * PIECE + 8 <= CONV_OUTPUT_MAX / 2, "cannot queue a whole piece");

static enum progress
transfer_send_some(struct session *s, struct transfer *t)
{
	struct buf *out = conv_outbuf(session_conv(s));
	char piece[PIECE];
	struct err err;
	size_t n = 1;

	while (buf_span(out).len < AHEAD) {
		if (!message_read(t->message, &t->reader, piece, sizeof piece, &n, &err))
			return transfer_read_failed(s, &err);
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
	session_expect_message_replies(s, t->replies);
	return STEP_WAIT;
}

static enum progress
transfer_refused(struct session *s, struct transfer *t, const struct news *news)
{
	if (!t->is_refused && t->refused)
		t->refused(t->ctx, news);
	t->is_refused = true;
	return session_refused(s, news);
}

static enum progress
transfer_on_go_ahead(struct session *s, struct transfer *t, const struct news *news)
{
	if (news->failed != ERR_NONE)
		return transfer_refused(s, t, news);
	/*
	 * RFC 2920 3.1: if DATA was pipelined after recipients none of which was accepted, an empty
	 * message is sent.
	 */
	if (t->replies == 0) {
		t->stage = TRANSFER_END;
		t->replies = 1;
		if (!session_send_text(s, BODY_END))
			return STEP_FAIL;
		session_expect_no_message(s);
		return STEP_WAIT;
	}
	if (message_is_shown(t->message) &&
	    !span_find(buf_span(&t->message->head), SPAN("\r\r")).len)
		return transfer_send_lines(s, t);
	transfer_show(s, t);
	t->stage = TRANSFER_SENDING;
	return transfer_send_some(s, t);
}

/* ---- BDAT */

bool
transfer_may_chunk(struct session *s, bool forced)
{
	bool offered = session_offers(s, "CHUNKING");

	if (!offered && !forced)
		session_fail(s, ERR_REFUSED,
		    "BDAT not sent, since CHUNKING is not offered: the server could read the "
		    "message as commands (use force to send it anyway)");
	else if (!offered)
		session_note(s, "CHUNKING is not offered; sending BDAT anyway");
	return offered || forced;
}

/*
 * Returns whether the chunk may have been read as commands. A server with CHUNKING reads a rejected
 * chunk completely (RFC 3030 2), unless it did not understand the BDAT line.
 */
static bool
transfer_was_commands(struct session *s, const struct news *news)
{
	unsigned code = news->event->reply.code;

	return news->failed != ERR_NONE &&
	    (!session_offers(s, "CHUNKING") || code == 500 || code == 501 || code == 502 ||
		code == 504);
}

/*
 * Closes the connection: it is no longer known which reply answers what, and whatever is sent next
 * could be read as a command.
 */
static enum progress
transfer_give_up(struct session *s, struct transfer *t)
{
	t->outstanding = 0;
	session_note(s,
	    "BDAT was rejected: the chunk after it may have been read as commands; closing the "
	    "connection");
	session_close(s, true);
	return STEP_FAIL;
}

static enum progress
transfer_begin_chunk(struct session *s, struct transfer *t)
{
	char line[64];
	bool last = t->unannounced <= t->chunk;

	t->left = last ? t->unannounced : t->chunk;
	t->unannounced -= t->left;
	snprintf(
	    line, sizeof line, "BDAT %llu%s", (unsigned long long)t->left, last ? " LAST" : "");
	if (!session_send(s, span_of(line)))
		return STEP_FAIL;
	if (last)
		session_expect_last_chunk(s, t->replies);
	t->outstanding++;
	t->stage = TRANSFER_CHUNK;
	return STEP_WAIT;
}

/*
 * Queues more of the current chunk, as far as there is room. Returns false and sets err if the
 * message cannot be read.
 */
static bool
transfer_fill_chunk(struct session *s, struct transfer *t, struct err *err)
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
				return err_set(err, ERR_USAGE,
				    "the message's file changed while it was being sent");
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
transfer_send_chunks(struct session *s, struct transfer *t)
{
	struct err err;

	for (;;) {
		if (!transfer_fill_chunk(s, t, &err))
			return transfer_read_failed(s, &err);
		if (t->left > 0) {
			session_wait_room(s);
			return STEP_WAIT;
		}
		if (t->is_refused && t->outstanding == 0)
			return STEP_FAIL;
		if (t->unannounced == 0) {
			t->stage = TRANSFER_END;
			session_wait_message(s);
			return STEP_WAIT;
		}
		if (!t->pipelined || t->is_refused) {
			session_wait_reply(s, VERB_BDAT);
			return STEP_WAIT;
		}
		if (transfer_begin_chunk(s, t) == STEP_FAIL)
			return STEP_FAIL;
	}
}

/* RFC 3030 2: a rejected chunk must still be sent completely; the next one need not be sent. */
static enum progress
transfer_on_chunk(struct session *s, struct transfer *t, const struct news *news)
{
	t->outstanding--;
	if (news->failed != ERR_NONE) {
		transfer_refused(s, t, news);
		if (transfer_was_commands(s, news))
			return transfer_give_up(s, t);
		return t->left == 0 && t->outstanding == 0 ? STEP_FAIL : transfer_send_chunks(s, t);
	}
	if (t->is_refused)
		return t->outstanding == 0 ? STEP_FAIL : STEP_WAIT;
	if (t->left > 0 || t->pipelined)
		return transfer_send_chunks(s, t);
	return transfer_begin_chunk(s, t) == STEP_FAIL ? STEP_FAIL : transfer_send_chunks(s, t);
}

/* ---- both */

enum progress
transfer_begin(struct session *s, struct transfer *t, bool asked)
{
	assert(t->message);
	t->stage = TRANSFER_ASKED;
	t->unannounced = t->message->facts.octets;
	if (t->chunk > 0) {
		transfer_show(s, t);
		return transfer_begin_chunk(s, t) == STEP_FAIL ? STEP_FAIL :
								 transfer_send_chunks(s, t);
	}
	if (session_dialogue(s)->mode == MODE_MESSAGE) {
		transfer_show(s, t);
		t->stage = TRANSFER_SENDING;
		return transfer_send_some(s, t);
	}
	return asked || session_send(s, SPAN("DATA")) ? STEP_WAIT : STEP_FAIL;
}

/*
 * If a chunk was rejected and the message is accepted all the same, it is unknown what the server
 * has.
 */
static enum progress
transfer_on_end(struct session *s, struct transfer *t, const struct news *news)
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
		t->final(t->ctx, t->answered, &end);
	t->answered++;
	t->failed = err_worse(t->failed, end.failed);
	if (t->chunk > 0 && transfer_was_commands(s, news)) {
		session_failed(s, t->failed);
		return transfer_give_up(s, t);
	}
	if (t->answered < t->replies) {
		session_wait_message(s);
		return STEP_WAIT;
	}
	return t->failed ? session_failed(s, t->failed) : STEP_DONE;
}

enum progress
transfer_on_news(struct session *s, struct transfer *t, const struct news *news)
{
	/*
	 * A reply may have come first and continued the transfer: this room is then no longer
	 * needed.
	 */
	if (news->kind == NEWS_WRITABLE)
		return t->stage == TRANSFER_CHUNK ? transfer_send_chunks(s, t) :
		    t->stage == TRANSFER_SENDING  ? transfer_send_some(s, t) :
						    STEP_WAIT;
	if (news->kind != NEWS_REPLY)
		return STEP_FAIL;
	if (t->stage == TRANSFER_ASKED)
		return transfer_on_go_ahead(s, t, news);
	if (t->chunk > 0 && (t->stage == TRANSFER_CHUNK || t->outstanding > 1))
		return transfer_on_chunk(s, t, news);
	return transfer_on_end(s, t, news);
}
