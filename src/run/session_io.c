/* session - octets in and out, and what replies and connections mean to it. */
#include "run/session_impl.h"

#include <stdio.h>
#include <stdlib.h>

#include "run/diagnose.h"

enum { READ_SIZE = 16 << 10, READS_A_TURN = 16, SURPRISES_MAX = 100 };

/* ---- the connection */

void
session_drop_link(struct session *s)
{
	route_free(s->routing);
	dial_free(s->dial);
	session_leave_way(s);
	session_forget_dane(s);
	conn_free(s->conn);
	conv_free(s->dead_conv);
	s->routing = NULL;
	s->dial = NULL;
	s->conn = NULL;
	s->dead_conv = s->conv;
	s->conv = NULL;
	s->tls = NULL;
	session_forget_offers(s);
	s->asked_n = 0;
	s->state = SESSION_CLOSED;
	s->dialogue = (struct dialogue){ 0 };
	s->said_421 = s->shut = s->shut_when_sent = s->shake_when_sent = s->held = false;
	s->shake_us = 0;
}

void
session_closed(struct session *s, enum closed_by by, bool expected)
{
	struct event event = { .kind = EVENT_CLOSED };

	event.closed.by = by;
	event.closed.expected = expected;
	event.closed.waiting_for = s->waiting_for;
	event.closed.rest = s->conv && s->role == CONV_CLIENT ? conv_pending(s->conv) : SPAN_NONE;
	event.err = expected ? ERR_NONE : ERR_PROTO;
	session_emit(s, &event);
	/* After QUIT the end of TLS is said too: else the peer sees a truncation, and the TLS session is not resumable. */
	if (s->conn && s->dialogue.tls && by == CLOSED_BY_US && session_is_shut(s))
		conn_shut(s->conn);
	session_drop_link(s);
}

void
session_close(struct session *s, bool expected)
{
	if (s->conn)
		session_closed(s, CLOSED_BY_US, expected);
	else
		session_drop_link(s);
}

void
session_reset(struct session *s)
{
	if (s->conn)
		conn_abort(s->conn);
	s->conn = NULL;
	session_closed(s, CLOSED_BY_US, true);
}

static void
lost(struct session *s, enum closed_by by)
{
	bool farewell = s->said_421, awaited = s->step && (s->step->op->needs & STEP_EXPECTS_CLOSE);
	bool expected = s->shut || s->shut_when_sent || farewell || awaited || s->role == CONV_SERVER;

	session_closed(s, by, expected);
	if (!s->step)
		return;
	s->failed = farewell ? ERR_TEMPORARY : ERR_PROTO;
	session_tell(s, &(struct news){ .kind = NEWS_CLOSED });
}

void
session_shut(struct session *s)
{
	s->shut_when_sent = true;
}

bool
session_is_shut(const struct session *s)
{
	return s->shut || s->shut_when_sent;
}

static void
on_routed(void *ctx, const struct route *route, const struct err *err)
{
	struct session *s = ctx;
	bool ok = err->kind == ERR_NONE;
	struct addr literal;

	s->working = true;
	s->route = ok ? route : NULL;
	if (ok)
		session_show_route(s, false);
	s->found_us = addr_parse(&literal, s->target.host, 0) ? 0 : loop_now_us() - s->find_us;
	session_tell(s, &(struct news){ .kind = NEWS_ROUTED, .route = s->route, .err = err });
	s->working = false;
	session_work(s);
}

static void
on_route_note(void *ctx, struct span note)
{
	struct session *s = ctx;

	if (note.len > 0) {
		session_note(s, "%.*s", SPAN_ARG(note));
		return;
	}
	s->working = true;
	if (s->step && s->state == SESSION_OPENING && s->sleeping)
		session_tell(s, &(struct news){ .kind = NEWS_TIMER });	/* it waits for no more than this */
	s->working = false;
	session_work(s);
}

const struct route *
session_route(const struct session *s)
{
	return s->route;
}

void
session_show_route(struct session *s, bool asked)
{
	struct event event = { .kind = EVENT_RESOLVED };

	event.resolved.route = s->route;
	event.resolved.asked = asked;
	event.resolved.hop = s->state == SESSION_CLOSED ? NULL : s->hop;
	if (s->conn)
		event.resolved.peer = *conn_peer(s->conn);
	session_emit(s, &event);
}

void
session_set_target(struct session *s, const struct target *target)
{
	struct target copy = *target;
	struct arena routed = { 0 };

	copy.text = arena_copy(&routed, target->text);		/* the target may be our own */
	copy.host = arena_copy(&routed, target->host);
	copy.sender = arena_copy(&routed, target->sender);
	copy.hint = arena_copy(&routed, target->hint);
	arena_release(&s->routed);
	s->routed = routed;
	s->route = NULL;
	s->hop = NULL;
	s->target = copy;
}

void
session_find(struct session *s, const struct target *target)
{
	session_drop_link(s);
	arena_reset(&s->link);
	session_set_target(s, target);
	s->tls_context = NULL;
	s->host = s->target.host;
	s->find_us = loop_now_us();
	s->state = SESSION_OPENING;
	if (!s->env->dns.timeout_ms)
		s->env->dns.timeout_ms = s->opts->timeouts.resolve;
	/* A question's own deadline, which names the server, comes first; then that of the whole look-up. */
	uint64_t ms = s->opts->timeouts.resolve;
	s->routing = route_find(s->env->loop, session_env_dns(s->env), &s->target, &s->opts->route, ms ? ms + 500 : 0,
	    &s->routed, on_routed, on_route_note, s);
	session_wait(s, "the answer to the name look-up", ms ? ms + 1000 : 0);
}

static void
emit_connected(struct session *s, uint64_t took_us)
{
	struct event event = { .kind = EVENT_CONNECTED };

	event.connected.peer = *conn_peer(s->conn);
	event.connected.local = *conn_local(s->conn);
	event.connected.host = s->host;
	event.connected.took_us = took_us;
	event.connected.found_us = s->found_us;
	session_emit(s, &event);
}

static void
connected(struct session *s, struct conn *conn)
{
	s->conn = conn;
	s->conv = conv_new(CONV_CLIENT);
	s->state = SESSION_OPEN;
	conn_set_owner(conn, session_on_conn, s);
	conn_want(conn, true, false);
	s->up_us = loop_now_us();
	s->replies = s->octets_in = s->octets_out = 0;
	emit_connected(s, loop_now_us() - s->dial_us);
	session_say_preface(s);
}

static void
on_attempt(void *ctx, const struct dial_attempt *attempt)
{
	struct session *s = ctx;
	struct event event = { .kind = EVENT_ATTEMPT };

	event.attempt.to = *attempt->to;
	event.attempt.host = s->host;
	event.attempt.took_us = attempt->took_us;
	event.attempt.up = attempt->up;
	if (attempt->err) {
		event.text = span_of(attempt->err->text);
		event.err = attempt->err->kind;
	}
	session_emit(s, &event);
}

static void
on_dialled(void *ctx, struct conn *conn, size_t which, const struct err *err)
{
	struct session *s = ctx;

	(void)which;
	dial_free(s->dial);
	s->dial = NULL;
	if (!conn || !session_goes_on(s, conn))
		session_is_up(s, conn, err);
}

void
session_is_up(struct session *s, struct conn *conn, const struct err *err)
{
	s->working = true;
	if (conn) {
		connected(s, conn);
		session_ask_tlsa(s);
		session_tell(s, &(struct news){ .kind = NEWS_CONNECTED });
	} else {
		session_tell(s, &(struct news){ .kind = NEWS_CLOSED, .err = err });
	}
	s->working = false;
	session_work(s);
}

void
session_dial(struct session *s, const struct route_hop *hop)
{
	dial_free(s->dial);
	session_forget_dane(s);
	arena_reset(&s->link);
	s->hop = hop;
	s->host = hop->host;
	s->dial_us = loop_now_us();
	s->state = SESSION_OPENING;
	bool proxied = s->opts->proxy.kind != PROXY_NONE;
	s->dial = dial_start(s->env->loop, proxied ? &s->opts->proxy.addr : hop->addr, proxied ? 1 : hop->naddr, s->opts->from.len ? &s->opts->from : NULL,
	    s->opts->timeouts.connect, on_attempt, on_dialled, s);
	session_wait(s, "a connection", 0);
}

bool
session_over(struct session *s, int fd, struct span host, struct tls_context *context)
{
	struct err err;

	session_drop_link(s);
	arena_reset(&s->link);
	s->dial_us = loop_now_us();
	s->host = arena_copy(&s->link, host);
	s->tls_context = context;
	struct conn *conn = conn_over(s->env->loop, fd, session_on_conn, s, &err);
	if (!conn) {
		session_fail(s, err.kind, "%s", err.text);
		return false;
	}
	connected(s, conn);
	return true;
}

/* ---- hearing */

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
break_off(struct session *s, const char *why)
{
	session_fail(s, ERR_PROTO, "%s", why);
	session_closed(s, CLOSED_BY_US, true);
	session_tell(s, &(struct news){ .kind = NEWS_CLOSED });
}

/* False when the connection was given up: what speaks there is no SMTP server, or speaks without end. */
static bool
bear(struct session *s, const struct conv_event *e, const struct asked *asked)
{
	char text[DIAGNOSIS_SIZE];
	const char *foreign = e->reply.code == 0 ? diagnose_foreign(e->reply.raw) : NULL;

	s->surprises = asked->ticket ? 0 : s->surprises + 1;
	if (foreign)
		diagnose_octets(e->reply.raw, foreign, text);
	else if (e->kind == CONV_TOO_MUCH)
		snprintf(text, sizeof text, "the reply has no end: it was cut after %d KiB (RFC 5321 4.5.3.1.5)", CONV_REPLY_MAX >> 10);
	else if (s->surprises > SURPRISES_MAX)
		snprintf(text, sizeof text, "the server does not stop: %d replies that nothing asked for", SURPRISES_MAX);
	else if (e->late && asked->verb == VERB_STARTTLS && e->reply.code == 220)
		snprintf(text, sizeof text, "the 220 to STARTTLS came late: the server waits for a handshake that had been given up");
	else
		return true;
	break_off(s, text);
	return false;
}

static void
heard_reply(struct session *s, const struct conv_event *e)
{
	struct asked asked = take_asked(s, e->ticket);
	struct event event = { .kind = EVENT_REPLY };
	const struct reply *r = &e->reply;
	bool surprise = e->ticket == 0 || (asked.ticket == 0 && e->ticket != CONV_BANNER);

	asked.banner |= e->ticket == CONV_BANNER;

	event.answer.reply = r;
	event.answer.verb = asked.verb;
	event.answer.banner = asked.banner;
	event.answer.dot = asked.dot;
	event.answer.late = e->late;
	event.answer.surprise = surprise;
	event.answer.took_us = asked.at_us ? loop_now_us() - asked.at_us : 0;
	event.err = r->code / 100 == 4 ? ERR_TEMPORARY : r->code / 100 == 5 ? ERR_REFUSED : ERR_NONE;
	session_mask_echo(s, r->raw);
	if (asked.dot)
		dialogue_message_over(&s->dialogue);
	else if (asked.ticket)
		dialogue_heard(&s->dialogue, asked.verb, r->code);
	if (asked.banner)
		s->dialogue.greeted = r->code / 100 == 2;
	session_keep_last(s, r);
	session_emit(s, &event);
	s->said_421 |= r->code == 421;		/* who says so closes (RFC 5321 3.8) */
	if (!bear(s, e, &asked))
		return;
	if (asked.banner)
		remark(s, diagnose_banner(r));
	if (asked.verb == VERB_AUTH && !surprise)
		session_heard_auth(s, r);
	if ((asked.verb == VERB_EHLO || asked.verb == VERB_LHLO) && r->code / 100 == 2) {
		session_learn_extensions(s, r);
		remark(s, diagnose_extensions(s->extensions));
	}
	if ((asked.ticket && !e->late) || (s->step && s->step->op->hears_all))
		session_tell(s, &(struct news){ .kind = NEWS_REPLY, .event = e, .verb = asked.verb });
}

/* Of an answer to a 334 nothing is shown, of AUTH with an initial response the mechanism. */
static void
hide_secret(const struct conv_event *e, struct event *event, char *out, size_t size)
{
	struct span rest = e->text, verb = span_word(&rest), mechanism = span_word(&rest);

	if (e->kind == CONV_ANSWER && !span_eq(e->text, SPAN("*")))
		snprintf(out, size, "<answer, %zu octets>", e->text.len);
	else if (e->kind == CONV_COMMAND && span_eq_case(verb, SPAN("AUTH")) && rest.len > 0)
		snprintf(out, size, "AUTH %.*s <secret, %zu octets>", SPAN_ARG(span_first(mechanism, 24)), rest.len);
	else
		return;
	event->text = span_of(out);
}

static void
heard_command(struct session *s, const struct conv_event *e)
{
	static const enum news_kind kinds[] = {
		[CONV_COMMAND] = NEWS_COMMAND, [CONV_ANSWER] = NEWS_COMMAND,
		[CONV_TEXT] = NEWS_TEXT, [CONV_TEXT_END] = NEWS_TEXT_END,
	};

	if (e->kind == CONV_COMMAND || e->kind == CONV_ANSWER) {
		struct event event = { .kind = EVENT_COMMAND, .text = e->text };
		char shown[80];
		event.flaws = e->flaws;
		hide_secret(e, &event, shown, sizeof shown);
		session_emit(s, &event);
	}
	session_tell(s, &(struct news){ .kind = kinds[e->kind], .event = e });
}

/*
 * A server's step must be there to hear a command; replies are heard in any case. A client that does not read its
 * replies is not heard either, so that they cannot pile up.
 */
static bool
hears(const struct session *s)
{
	if (s->role == CONV_CLIENT)		/* what comes before TLS begins is left to the handshake */
		return !s->shake_when_sent || !s->dane_query;
	return s->step && !s->held && conv_output(s->conv).len < SESSION_LOW_WATER;
}

void
session_hold(struct session *s, bool held)
{
	s->held = held;
}

static void
understand(struct session *s)
{
	struct conv_event e;

	while (s->conv && !s->shake_us && !s->shake_when_sent && hears(s) && conv_next(s->conv, &e)) {
		if (s->role == CONV_CLIENT)
			heard_reply(s, &e);
		else
			heard_command(s, &e);
	}
}

/* ---- moving octets */

void
session_flush(struct session *s)
{
	size_t n;

	while (s->conn && !s->shake_us && conv_output(s->conv).len > 0) {
		enum conn_status status = conn_write(s->conn, conv_output(s->conv), &n);
		if (status == CONN_OK) {
			s->heard_us = loop_now_us();
			session_trace(s, "wrote", n);
			conv_wrote(s->conv, n);
			s->octets_out += n;
			continue;
		}
		if (status != CONN_AGAIN)
			conv_wrote(s->conv, conv_output(s->conv).len);	/* what it says before it closed is still to be read */
		break;
	}
	if (!s->conn || s->shake_us || conv_output(s->conv).len > 0)
		return;
	if (s->shake_when_sent && !s->dane_query)
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
	struct span pending = s->conv && s->role == CONV_CLIENT && !s->dialogue.tls ? conv_pending(s->conv) : SPAN_NONE;

	if (pending.len < 2 || (pending.at[0] != 0x15 && pending.at[0] != 0x16) || s->shake_us || s->shake_when_sent)
		return;
	const char *foreign = diagnose_foreign(pending);
	if (!foreign)
		return;
	diagnose_octets(pending, foreign, text);
	break_off(s, text);
}

static void
lost_by(struct session *s, enum conn_status status)
{
	session_trace(s, status == CONN_EOF ? "end of stream" : "the stream broke", 0);
	understand(s);
	session_flush(s);		/* who says QUIT and shuts its side still wants the 221 */
	if (!s->conn)
		return;
	if (status == CONN_ERROR && !conn_was_reset(s->conn)) {
		struct err err = *conn_err(s->conn);
		break_off(s, err.text);
		return;
	}
	lost(s, status == CONN_TRUNCATED ? CLOSED_TRUNCATED : conn_was_reset(s->conn) ? CLOSED_RESET : CLOSED_BY_PEER);
}

static void
fill(struct session *s)
{
	char octets[READ_SIZE];
	size_t n;

	for (int i = 0; i < READS_A_TURN && s->conn && !s->shake_us && (hears(s) || !s->step); i++) {
		enum conn_status status = conn_read(s->conn, octets, sizeof octets, &n);
		if (status == CONN_AGAIN)
			return;
		if (status == CONN_OK) {
			session_trace(s, "read", n);
			s->octets_in += n;
			if (s->role == CONV_CLIENT || s->step)
				conv_feed(s->conv, (struct span){ octets, n });
			understand(s);
			look_for_tls(s);
			continue;
		}
		lost_by(s, status);
		return;
	}
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
			session_flush(s);
	} while (!s->step && s->queue);
	while (s->conn && s->step && s->wants_room && conv_output(s->conv).len < SESSION_LOW_WATER) {
		s->wants_room = false;
		session_tell(s, &(struct news){ .kind = NEWS_WRITABLE });
		if (s->conn)
			session_flush(s);
	}
	if (s->conn && !s->shake_us) {
		session_flush(s);
		if (s->conn)
			conn_want(s->conn, hears(s) || !s->step, conv_output(s->conv).len > 0);
	}
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
		session_flush(s);
		fill(s);
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
