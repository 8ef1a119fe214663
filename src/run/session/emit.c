/* emit - what a session reports: events, and the failure of the current step. */
#include <stdarg.h>
#include <stdio.h>

#include "run/session/session_impl.h"

void
session_hand_on(struct session *s, const struct event *event)
{
	if (s->env->trace)
		s->env->trace(s->env->trace_ctx, event);
	s->event(s->ctx, event);
}

void
session_trace(struct session *s, const char *what, size_t n)
{
	if (s->env->trace_octets)
		s->env->trace_octets(s->env->trace_ctx, s->number, what, n);
}

void
session_emit(struct session *s, struct event *event)
{
	event->session = s->number;
	event->at_us = loop_now_us();
	event->tls = s->dialogue.tls;
	event->step = s->step;
	session_hand_on(s, event);
}

void
session_remark(struct session *s, enum event_kind kind, enum err_kind err, const char *text,
    const struct diagnosis *d)
{
	session_emit(s,
	    &(struct event){ .kind = kind, .err = err, .text = span_of(text), .diagnosis = d });
}

static void __attribute__((format(printf, 4, 0))) emit_text(
    struct session *s, enum event_kind kind, enum err_kind err, const char *format, va_list ap)
{
	char text[600];

	vsnprintf(text, sizeof text, format, ap);
	session_remark(s, kind, err, text, NULL);
}

void
session_note(struct session *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	emit_text(s, EVENT_NOTE, ERR_NONE, format, ap);
	va_end(ap);
}

enum progress
session_fail(struct session *s, enum err_kind err, const char *format, ...)
{
	va_list ap;

	s->failed = err;
	va_start(ap, format);
	emit_text(s, EVENT_PROBLEM, err, format, ap);
	va_end(ap);
	return STEP_FAIL;
}

enum progress
session_fail_with(struct session *s, const struct err *err)
{
	struct arena arena = { 0 };

	s->failed = err->kind;
	session_emit(s,
	    &(struct event){ .kind = EVENT_PROBLEM,
		.err = err->kind,
		.cause = err->cause,
		.alert = err->alert,
		.text = span_of(err->text),
		.diagnosis = session_diagnose_err(s, err, &arena) });
	arena_release(&arena);
	return STEP_FAIL;
}

enum progress
session_failed(struct session *s, enum err_kind kind)
{
	s->failed = kind;
	return STEP_FAIL;
}

enum progress
session_refused(struct session *s, const struct news *news)
{
	return session_failed(s, news->failed ? news->failed : ERR_PROTO);
}

void
session_tell_unknown(struct session *s)
{
	struct err err;

	s->fate_unknown = true;
	err_set(&err, ERR_UNKNOWN,
	    "message status unknown: no valid reply to the end of data was received (RFC 1047)");
	session_fail_with(s, &err);
}

void
session_sent_message(struct session *s, struct span what, const struct message *message,
    uint64_t octets, bool chunked)
{
	struct event event = { .kind = EVENT_SENT };

	event.sent.kind = SENT_OCTETS;
	event.sent.text = what;
	event.sent.octets = octets;
	/* a consumer that keeps it would keep the secret in it */
	event.sent.message = s->step && s->step->secret ? NULL : message;
	event.sent.chunked = chunked;
	session_emit(s, &event);
}

void
session_show_route(struct session *s, bool asked)
{
	struct event event = { .kind = EVENT_RESOLVED };

	event.resolved.route = s->link.route;
	event.resolved.asked = asked;
	event.resolved.hop = s->state == SESSION_CLOSED ? NULL : s->link.hop;
	if (s->wire.conn)
		event.resolved.peer = *conn_peer(s->wire.conn);
	session_emit(s, &event);
}
