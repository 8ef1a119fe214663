/*
 * turn - parses what was received, runs steps until one waits, and writes what they queued.
 *
 * This is the only state machine of a session: receive.c passes what was received to the current
 * step, the step sends, waits or ends, and the next one begins, until nothing more can be done
 * without the loop.
 */
#include <errno.h>

#include "run/session/session_impl.h"

enum { SCRATCH_SIZE = 16 << 10, READS_A_TURN = 16 };

/*
 * A server handles a client's commands for a few milliseconds at a time, so that other clients have
 * their turn. The rest waits for the next one.
 */
enum { TURN_US = 4000 };

/*
 * Returns whether input may be parsed and more may be read. Between STARTTLS and the handshake it
 * may not, since it is for the handshake. A server must have a step to receive a command; replies
 * are always received. A client that does not read its replies is not read either, so that they
 * cannot pile up: what it sends meanwhile waits in the kernel, on its side.
 */
static bool
turn_receives(const struct session *s)
{
	if (secure_is_shaking(&s->secure) || s->wire.held)
		return false;
	return s->role == CONV_CLIENT ||
	    (s->step && conv_output(s->wire.conv).len < SESSION_LOW_WATER);
}

/*
 * Returns whether to read. A client whose step has ended (it sent QUIT, or was dismissed) is still
 * read, so that its close is seen; what it sends is dropped. Otherwise there must be room for a
 * whole read: a TLS record is then never read in part, and no octets wait where poll does not see
 * them.
 */
static bool
turn_reads(const struct session *s)
{
	bool left = s->role == CONV_SERVER && !s->step && !secure_is_shaking(&s->secure);

	return !s->wire.ended &&
	    (left ||
		(turn_receives(s) && !s->wire.more && conv_room(s->wire.conv) >= SCRATCH_SIZE));
}

static void
turn_understand(struct session *s)
{
	struct conv_event e;
	uint64_t began_us = s->role == CONV_SERVER ? loop_now_us() : 0;

	s->wire.more = false;
	while (s->wire.conv && turn_receives(s) && !s->wire.more && conv_next(s->wire.conv, &e)) {
		session_receive(s, &e);
		s->wire.more = began_us && loop_now_us() - began_us > TURN_US;
	}
}

/* Reads once, and parses what was read. Returns CONN_OK if anything was. */
static enum conn_status
turn_read(struct session *s, size_t *n)
{
	/*
	 * Shared by all sessions, and not on the stack: most reads are short, and touch one page.
	 */
	if (!s->env->scratch)
		s->env->scratch = memory_get(SCRATCH_SIZE);
	char *octets = s->env->scratch;
	enum conn_status status = conn_read(s->wire.conn, octets, SCRATCH_SIZE, n);

	if (status != CONN_OK)
		return status;
	session_trace(s, "read", *n);
	s->wire.octets_in += *n;
	loop_timer_free(s->hush);
	s->hush = NULL;
	if (!s->wire.drawn_us) {
		s->wire.drawn_us = loop_now_us();
		s->wire.pieces = 0;
	}
	s->wire.pieces++;
	conv_feed(s->wire.conv,
	    s->role == CONV_CLIENT || s->step ? (struct span){ octets, *n } : SPAN_NONE);
	turn_understand(s);
	if (s->wire.conv && conv_pending(s->wire.conv).len == 0)
		s->wire.drawn_us = 0;
	return CONN_OK;
}

static void
turn_lost(struct session *s, enum closed_by by)
{
	const struct wire *w = &s->wire;
	bool farewell = w->got_421,
	     awaited = s->step && (s->step->op->traits & STEP_EXPECTS_CLOSE);
	session_find_step(s); /* no second reply can come */
	bool expected = w->shut || w->shut_when_sent || w->got_221 || w->unwelcome || farewell ||
	    awaited || s->role == CONV_SERVER;

	if (w->conn)
		session_closed(s, by, expected);
	if (!s->step)
		return;
	s->failed = w->unwelcome ? w->unwelcome : farewell ? ERR_TEMPORARY : ERR_PROTO;
	session_tell(s, &(struct news){ .kind = NEWS_CLOSED });
}

static void
turn_on_pace(void *ctx, unsigned ready)
{
	struct session *s = ctx;

	(void)ready;
	s->wire.next_us = 0;
	session_turn(s);
}

/* Returns false if nothing more can be written now. */
static bool
turn_write(struct session *s, size_t n)
{
	struct wire *w = &s->wire;
	enum conn_status status = conn_write(w->conn, span_first(conv_output(w->conv), n), &n);

	if (status != CONN_OK) {
		w->write_failed = status != CONN_AGAIN;
		return false;
	}
	session_trace(s, "wrote", n);
	bool slow = pace_is_slow(&s->opts->pace), between = w->paced_us;
	uint64_t gap_ms = wire_sent(w, &s->opts->pace, n);
	if (slow && between) /* the wait restarts with each piece */
		session_wait_anew(s);
	if (gap_ms && !s->pace_timer)
		s->pace_timer = loop_timer(s->env->loop, turn_on_pace, s);
	if (gap_ms)
		loop_timer_set(s->pace_timer, gap_ms);
	return true;
}

static void
turn_flush(struct session *s)
{
	struct wire *w = &s->wire;
	size_t n;

	/*
	 * What is in the socket or within TLS before a command is sent cannot be its reply: it is
	 * read and reported first. An end of stream is seen again later.
	 */
	while (w->conn && !secure_is_shaking(&s->secure) && !w->write_failed &&
	    wire_may_send(w, &s->opts->pace) > 0 && s->role == CONV_CLIENT && turn_reads(s) &&
	    conv_is_about_to_ask(w->conv) && turn_read(s, &n) == CONN_OK)
		;
	while (w->conn && !s->secure.shake_us && !w->write_failed &&
	    (n = wire_may_send(w, &s->opts->pace)) > 0 && turn_write(s, n))
		;
	if (!w->conn || s->secure.shake_us || conv_output(w->conv).len > 0)
		return;
	if (w->ended)
		turn_lost(s, CLOSED_BY_PEER);
	else if (s->secure.shake_when_sent && !s->secure.dane_query)
		session_begin_shaking(s);
	else if (w->shut_when_sent && !w->shut) {
		w->shut = true;
		if (!s->dialogue.tls || s->role == CONV_SERVER)
			conn_shut(w->conn);
	}
}

static void
turn_lost_by(struct session *s, enum conn_status status)
{
	session_trace(s, status == CONN_EOF ? "end of stream" : "protocol error on the stream", 0);
	turn_understand(s);
	turn_flush(s); /* a client that sends QUIT and shuts its side still wants the 221 */
	if (!s->wire.conn || child_is_ending(s->link.child))
		return;
	s->wire.ended = s->role == CONV_SERVER && status == CONN_EOF && !s->wire.write_failed &&
	    conv_output(s->wire.conv).len > 0;
	/* a client that shut its side may still read, slowly, what it asked for */
	if (s->wire.ended)
		return;
	if (status == CONN_ERROR && !conn_was_reset(s->wire.conn)) {
		/* an alert about the client's certificate comes after the handshake */
		struct err err = *conn_err(s->wire.conn);
		session_fail_with(s, &err);
		session_closed(s, CLOSED_BY_US, true);
		session_tell(s, &(struct news){ .kind = NEWS_CLOSED });
		return;
	}
	turn_lost(s,
	    conn_was_reset(s->wire.conn) ? CLOSED_RESET :
		status == CONN_TRUNCATED ? CLOSED_TRUNCATED :
					   CLOSED_BY_PEER);
}

static void
turn_fill(struct session *s)
{
	size_t n;

	for (int i = 0; i < READS_A_TURN && s->wire.conn && turn_reads(s); i++) {
		enum conn_status status = turn_read(s, &n);
		if (status == CONN_AGAIN)
			return;
		if (status == CONN_OK) {
			session_look_for_tls(s);
			if (n < SCRATCH_SIZE && s->wire.conn && !conn_is_tls(s->wire.conn))
				/* there is no more, or poll will show it */
				return;
			continue;
		}
		turn_lost_by(s, status);
		return;
	}
}

/*
 * Handles a write error. What the peer sent before it closed (a 421) is still in the receive
 * buffer, and is read to its end. Then the connection is lost at once: the write got its error, and
 * poll may not show it again.
 */
static void
turn_read_out(struct session *s)
{
	enum conn_status status = CONN_EOF;
	int why = s->wire.conn ? conn_err(s->wire.conn)->sys : 0;
	size_t n;

	while (s->wire.conn && turn_reads(s) && (status = turn_read(s, &n)) == CONN_OK)
		;
	if (s->wire.conn)
		turn_lost_by(s, why == ECONNRESET || why == EPIPE ? status : CONN_ERROR);
}

void
session_turn(struct session *s)
{
	struct wire *w = &s->wire;

	if (s->working)
		return;
	s->working = true;
	do {
		turn_understand(s);
		session_run_steps(s);
		if (w->conn)
			turn_flush(s);
		if (w->write_failed)
			turn_read_out(s);
	} while (!s->step && s->queue);
	while (
	    w->conn && s->step && w->wants_room && conv_output(w->conv).len < SESSION_LOW_WATER) {
		w->wants_room = false;
		session_tell(s, &(struct news){ .kind = NEWS_WRITABLE });
		if (w->conn)
			turn_flush(s);
		if (w->write_failed)
			turn_read_out(s);
	}
	/*
	 * No flush may follow the loop above: a step that waits for the room made by it would wait
	 * for ever.
	 */
	if (w->conn && !s->secure.shake_us)
		conn_want(w->conn, !child_is_awaited(s->link.child) && turn_reads(s),
		    !w->write_failed &&
			((w->more && turn_receives(s)) || wire_may_send(w, &s->opts->pace) > 0));
	s->working = false;
}

void
session_take_in(struct session *s)
{
	turn_understand(s); /* earlier input first */
	turn_fill(s);
	turn_flush(s);
	if (s->wire.write_failed)
		turn_read_out(s);
}
