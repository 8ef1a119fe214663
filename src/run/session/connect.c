/* connect - begins and ends a session's connection. Lookups and dialing are in link.c. */
#include "run/session/session_impl.h"

#include <stdlib.h>

void
session_drop_link(struct session *s)
{
	link_drop(&s->link);
	secure_forget(&s->secure);
	host_free(s->helo_query);
	s->helo_query = NULL;
	s->helo_noted = false;
	wire_drop(&s->wire);
	loop_timer_free(s->hush);
	s->hush = NULL;
	offers_forget(&s->offers);
	free(s->sent.line);
	s->sent = (struct sent){ 0 };
	s->state = SESSION_CLOSED;
	s->dialogue = (struct dialogue){ 0 };
}

void
session_closed(struct session *s, enum closed_by by, bool expected)
{
	struct event event = { .kind = EVENT_CLOSED };

	child_report_rest(s->link.child);
	event.closed.by = by;
	event.closed.expected = expected;
	event.closed.mute = s->wire.octets_in == 0;
	event.closed.wait = s->wait;
	event.closed.verb = s->wait_verb;
	event.closed.rest = s->wire.conv && s->role == CONV_CLIENT ?
	    session_shown(s, conv_pending(s->wire.conv)) :
	    SPAN_NONE;
	event.err = expected ? ERR_NONE : ERR_PROTO;
	struct arena arena = { 0 };
	unsigned lost = wire_lose(&s->wire);
	event.diagnosis = session_diagnose_close(s, &event, lost > 0, &arena);
	session_emit(s, &event);
	arena_release(&arena);
	if (lost > 0)
		session_tell_unknown(s);
	/*
	 * After QUIT the end of TLS is sent too: otherwise the peer sees a truncation, and the TLS
	 * session cannot be resumed.
	 */
	if (s->wire.conn && s->dialogue.tls && by == CLOSED_BY_US && session_is_shut(s))
		conn_shut(s->wire.conn);
	session_drop_link(s);
}

void
session_close(struct session *s, bool expected)
{
	if (s->wire.conn)
		session_closed(s, CLOSED_BY_US, expected);
	else
		session_drop_link(s);
}

void
session_reset(struct session *s)
{
	if (s->wire.conn)
		conn_abort(s->wire.conn);
	s->wire.conn = NULL;
	session_closed(s, CLOSED_BY_US, true);
}

void
session_shut(struct session *s)
{
	s->wire.shut_when_sent = true;
}

bool
session_is_shut(const struct session *s)
{
	return s->wire.shut || s->wire.shut_when_sent;
}

/* ---- the target */

void
session_set_opener(struct session *s, struct place place)
{
	s->link.chosen_by_script = !place_is_user(place);
}

void
session_set_target(struct session *s, const struct target *target)
{
	link_set_target(&s->link, target);
}

const struct route *
session_proxied_route(struct session *s, const struct target *target)
{
	return link_proxied_route(&s->link, &s->opts->proxy, target);
}

bool
session_no_way(const struct session *s, const struct target *target, char out[NO_WAY_SHOWN])
{
	return link_has_no_way(s->opts, target, out);
}

void
session_find(struct session *s, const struct target *target)
{
	uint64_t ms = s->opts->timeouts.resolve;

	session_drop_link(s);
	s->secure.context = NULL;
	s->state = SESSION_OPENING;
	if (!s->env->dns.timeout_ms)
		s->env->dns.timeout_ms = ms;
	link_find(&s->link, s->env->loop, session_env_dns(s->env), &s->opts->route, target, ms);
	session_wait(s, WAIT_ROUTE, ms ? ms + 1000 : 0);
}

void
session_dial(struct session *s, const struct route_hop *hop)
{
	secure_forget(&s->secure);
	s->state = SESSION_OPENING;
	link_dial(&s->link, s->env->loop, s->opts, hop);
	session_wait(s, WAIT_CONNECT, 0);
}

/* ---- the PROXY protocol */

bool
session_set_proxy_header(struct session *s, struct span text, struct err *err)
{
	return link_set_proxy_header(&s->link, text, err);
}

void
session_send_proxy_header(struct session *s)
{
	const struct proxy_header *p = s->link.proxy_header;
	struct buf header = { .max = PROXY_HEADER_MAX };
	struct err err;

	if (p->version == 0)
		return;
	if (!proxy_header_write(
		p, conn_local(s->wire.conn), conn_peer(s->wire.conn), &header, &err) ||
	    !conv_put(s->wire.conv, buf_span(&header)))
		session_note(s, "PROXY header not sent: %s", err.text);
	else
		session_sent_message(s,
		    p->version == 1 ? span_trim(buf_span(&header)) :
				      SPAN("<PROXY header, version 2>"),
		    NULL, buf_span(&header).len, false);
	buf_release(&header);
}

void
session_pem(const struct session *s, struct buf *out)
{
	if (s->wire.conn)
		conn_tls_pem(s->wire.conn, out);
}
