/* session - its one connection: found, dialled, come up, lost. */
#include "run/session/session_impl.h"

#include <stdlib.h>

void
session_drop_link(struct session *s)
{
	route_free(s->routing);
	dial_free(s->dial);
	session_leave_way(s);
	session_forget_dane(s);
	host_free(s->helo_query);
	conn_free(s->conn);
	conv_free(s->dead_conv);
	s->routing = NULL;
	s->dial = NULL;
	s->helo_query = NULL;
	s->helo_noted = false;
	s->conn = NULL;
	s->dead_conv = s->conv;
	s->conv = NULL;
	s->tls = NULL;
	loop_timer_free(s->hush);
	s->hush = NULL;
	session_forget_offers(s);
	session_pace_stop(s);
	s->asked_n = 0;
	free(s->said_helo);
	s->said_helo = NULL;
	s->state = SESSION_CLOSED;
	s->dialogue = (struct dialogue){ 0 };
	s->write_failed = s->said_421 = s->said_221 = s->shut = s->shut_when_sent =
	    s->shake_when_sent = s->held = s->ended = false;
	s->shake_us = 0;
	s->late.open = false;
}

void
session_closed(struct session *s, enum closed_by by, bool expected)
{
	struct event event = { .kind = EVENT_CLOSED };

	session_hear_child_out(s);
	event.closed.by = by;
	event.closed.expected = expected;
	event.closed.mute = s->octets_in == 0;
	event.closed.wait = s->wait;
	event.closed.verb = s->wait_verb;
	event.closed.rest = s->conv && s->role == CONV_CLIENT ?
	    session_shown(s, conv_pending(s->conv)) :
	    SPAN_NONE;
	event.err = expected ? ERR_NONE : ERR_PROTO;
	unsigned lost = session_lose_replies(s);
	session_emit(s, &event);
	if (lost > 0)
		session_tell_unknown(s);
	/*
	 * After QUIT the end of TLS is said too: else the peer sees a truncation, and the TLS
	 * session is not resumable.
	 */
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
on_route_note(void *ctx, struct span note, bool found)
{
	struct session *s = ctx;

	(void)found;
	if (note.len > 0) {
		session_note(s, "%.*s", SPAN_ARG(note));
		return;
	}
	s->working = true;
	if (s->step && s->state == SESSION_OPENING && s->sleeping)
		/* it waits for no more than this */
		session_tell(s, &(struct news){ .kind = NEWS_TIMER });
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
session_set_opener(struct session *s, struct place place)
{
	s->script_opened = !place_is_ours(place);
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
	/*
	 * A question's own deadline, which names the server, comes first; then that of the whole
	 * look-up.
	 */
	uint64_t ms = s->opts->timeouts.resolve;
	s->routing = route_find(s->env->loop, session_env_dns(s->env), &s->target, &s->opts->route,
	    ms ? ms + 500 : 0, &s->routed, on_routed, on_route_note, s);
	session_wait(s, WAIT_ROUTE, ms ? ms + 1000 : 0);
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
	s->out_of_step = false;
	s->unwelcome = ERR_NONE;
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
		event.attempt.sys = attempt->err->sys;
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
	s->dial = dial_start(s->env->loop, proxied ? &s->opts->proxy.addr : hop->addr,
	    proxied ? 1 : hop->naddr, s->opts->from.len ? &s->opts->from : NULL,
	    s->opts->timeouts.connect, on_attempt, on_dialled, s);
	if (hop->in_order)
		dial_in_order(s->dial);
	session_wait(s, WAIT_CONNECT, 0);
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
