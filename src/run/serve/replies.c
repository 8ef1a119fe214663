/*
 * replies - the queue of replies: sent at once, delayed, slowly or not at all, and what each
 * changes in the conversation when it is sent. While one is delayed, nothing more is read from the
 * client.
 */
#include "run/serve/mta_impl.h"

/*
 * With OUTPUT_MANY bytes unsent, a loop in a script waits FULL_MS for the client to read.
 * QUEUE_MANY: queued replies at which it waits.
 */
enum { OUTPUT_MANY = 64 << 10, FULL_MS = 20, QUEUE_MANY = 64 };

/* interval between checks whether the store is done */
enum { STORE_LOOK_MS = 10 };

struct mta_reply *
replies_add(struct mta *m, enum verb verb, bool dot)
{
	struct mta_reply *r = ARENA_NEW(&m->outs, struct mta_reply);

	r->verb = verb;
	r->dot = dot;
	r->delay_ms = m->delay_ms ? m->delay_ms : m->due_ms;
	m->delay_ms = m->due_ms = 0;
	m->up = true;
	m->nout++;
	*m->out_end = r;
	m->out_end = &r->next;
	return r;
}

/*
 * Rejections of rules and script count as errors only with an explicit --max-errors: a script may
 * well reject a thousand commands.
 */
void
replies_judge(struct mta *m, struct mta_reply *r)
{
	unsigned most = m->opts->errors_max ? m->opts->errors_max : r->own ? 0 : MTA_ERRORS_MAX;
	unsigned kind = reply_code(r) / 100;

	if (kind == 5 && most && ++m->errors > most) {
		r->text = SPAN("421 4.7.0 Too many errors on this connection");
		r->then = fault_close;
	}
	if (m->opts->fail_fast && (kind == 4 || kind == 5) && !r->then)
		r->then = fault_close;
}

void
replies_say(struct mta *m, struct span reply, enum verb verb, bool dot)
{
	struct mta_reply *r = replies_add(m, verb, dot);

	r->text = arena_copy(&m->outs, reply);
	if (reply_code(r) == 421)
		r->then = fault_close;
	replies_judge(m, r);
}

void
replies_then(struct mta *m, const struct fault *fault)
{
	struct mta_reply *r = replies_add(m, VERB_OTHER, false);

	r->silent = true;
	r->delay_ms = 0;
	r->then = fault;
}

bool
replies_are_many(const struct mta *m)
{
	return m->nout >= QUEUE_MANY;
}

enum { DELIVERY_LOOKS = 400, DELIVERY_LOOK_MS = 5, PIECE_MAX = 64 << 10 };

/*
 * Ends the connection: at once or, if the fault asks for it, when all output is acknowledged or two
 * seconds have passed.
 */
static enum progress
replies_end(struct mta *m, const struct fault *fault)
{
	if (!m->ending)
		m->looks = DELIVERY_LOOKS;
	m->ending = fault;
	if (fault->when_delivered && --m->looks > 0 && session_has_unsent(m->s)) {
		session_hold(m->s, true);
		session_sleep(m->s, DELIVERY_LOOK_MS);
		return STEP_WAIT;
	}
	fault->end(m->s);
	return STEP_DONE;
}

/* TLS resets the session: all that was known of the client is forgotten (RFC 3207 4.2). */
static enum progress
replies_secure(struct mta *m)
{
	m->securing = false;
	transaction_forget(m);
	m->helo = m->user = m->offers = SPAN_NONE;
	return session_shake_hands(m->s);
}

/*
 * Applies a reply that was sent: what is read next (message data, AUTH response, command), TLS, the
 * end.
 */
static enum progress
replies_follow(struct mta *m, const struct mta_reply *r)
{
	unsigned code = reply_code(r);
	/* a 354 to another command is a fault, and no message data follows */
	bool message = code == 354 && r->verb == VERB_DATA;

	if (r->then ? r->then->end != NULL : r->verb == VERB_QUIT && code == 221)
		return replies_end(m, r->then ? r->then : fault_close);
	if (r->silent)
		return STEP_WAIT;
	conv_listen(session_conv(m->s),
	    message	    ? CONV_LISTEN_MESSAGE :
		code == 334 ? CONV_LISTEN_ANSWER :
			      CONV_LISTEN_COMMAND,
	    0);
	if (verb_is_hello(r->verb) && code / 100 == 2) {
		m->offers = SPAN_NONE;
		if (r->own)
			mta_keep(&m->offers_mem, &m->offers, r->text);
	}
	if (r->verb == VERB_AUTH && code == 235)
		mta_keep(&m->user_mem, &m->user, m->login.user);
	if (!r->dot)
		dialogue_received(m->d, r->verb, message ? 250 : code);
	m->securing |= r->verb == VERB_STARTTLS && code == 220;
	return STEP_WAIT;
}

/*
 * Sends the next piece of a reply. Returns true if it is complete; otherwise there is a pause, or
 * the client must read first.
 */
static bool
replies_send_piece(struct mta *m, const struct mta_reply *r)
{
	struct span rest = span_skip(r->text, m->sent);
	bool slow = m->slow && pace_is_slow(m->slow);
	size_t n = slow		 ? pace_piece(m->slow, m->sent, rest.len) :
	    rest.len < PIECE_MAX ? rest.len :
				   PIECE_MAX;

	if (m->sent == 0)
		session_tell_reply(m->s, r->text);
	conv_put(session_conv(m->s), span_first(rest, n));
	m->sent += n;
	if (n == rest.len) {
		conv_put(session_conv(m->s), SPAN("\r\n"));
		m->sent = 0;
		return true;
	}
	session_hold(m->s, true);
	if (slow)
		session_sleep(m->s, pace_gap_ms(m->slow));
	else
		session_want_room(m->s);
	return false;
}

/* Returns whether the client has too much unread; if so, waits for it. */
static bool
replies_are_full(struct mta *m)
{
	if (conv_output(session_conv(m->s)).len < SESSION_LOW_WATER)
		return false;
	session_hold(m->s, true);
	session_want_room(m->s);
	return true;
}

enum progress
replies_pump(struct mta *m, bool turn_again)
{
	if (!transaction_settle(m)) {
		session_hold(m->s, true);
		session_sleep(m->s, STORE_LOOK_MS);
		return STEP_WAIT;
	}
	if (m->ending)
		return replies_end(m, m->ending);
	while (m->out) {
		struct mta_reply *r = m->out;
		if (r->delay_ms > 0) {
			session_hold(m->s, true);
			session_sleep(m->s, r->delay_ms);
			r->delay_ms = 0;
			return STEP_WAIT;
		}
		if (!r->silent && (replies_are_full(m) || !replies_send_piece(m, r)))
			return STEP_WAIT;
		session_hold(m->s, false);
		m->out = r->next;
		m->nout--;
		if (!m->out)
			m->out_end = &m->out;
		enum progress progress = replies_follow(m, r);
		if (progress != STEP_WAIT || m->ending)
			return progress;
	}
	session_hold(m->s, false);
	arena_release(&m->outs); /* an idle connection keeps no memory for replies */
	if (m->securing)
		return replies_secure(m);
	if (turn_again) {
		bool full = conv_output(session_conv(m->s)).len > OUTPUT_MANY;
		session_hold(m->s, true);
		session_sleep(m->s, full ? FULL_MS : 0);
	}
	return STEP_WAIT;
}
