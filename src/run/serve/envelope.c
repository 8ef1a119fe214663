/* envelope - a message while a server takes it. */
#include "run/serve/envelope.h"

#include "base/append.h"
#include "run/session/session.h"

void
envelope_init(struct envelope *m, bool keep_text, size_t text_max)
{
	*m = (struct envelope){ .keep_text = keep_text };
	m->rcpts_end = &m->rcpts;
	buf_init(&m->text, text_max);
}

void
envelope_release(struct envelope *m)
{
	arena_release(&m->arena);
	buf_release(&m->text);
}

void
envelope_forget(struct envelope *m)
{
	arena_reset(&m->arena);
	buf_release(&m->text);
	m->from = m->from_params = SPAN_NONE;
	m->rcpts = NULL;
	m->rcpts_end = &m->rcpts;
	m->nrcpts = 0;
	m->held = 0;
	m->octets = 0;
	m->bare_lf = m->chunked = false;
}

void
envelope_from(struct envelope *m, struct span mailbox, struct span params)
{
	m->from = arena_copy(&m->arena, mailbox);
	m->from_params = arena_copy(&m->arena, params);
}

bool
envelope_has_room(const struct envelope *m, struct span rcpt)
{
	return m->held + sizeof(struct envelope_rcpt) + rcpt.len <= ENVELOPE_OCTETS_MAX;
}

bool
envelope_rcpt(struct envelope *m, struct span mailbox, struct span params)
{
	if (!envelope_has_room(m, (struct span){ mailbox.at, mailbox.len + params.len }))
		return false;
	struct envelope_rcpt *rcpt = ARENA_NEW(&m->arena, struct envelope_rcpt);

	m->held += sizeof *rcpt + mailbox.len + params.len;
	rcpt->mailbox = arena_copy(&m->arena, mailbox);
	rcpt->params = arena_copy(&m->arena, params);
	*m->rcpts_end = rcpt;
	m->rcpts_end = &rcpt->next;
	m->nrcpts++;
	return true;
}

void
envelope_drop_text(struct envelope *m)
{
	buf_release(&m->text);
	m->octets = 0;
}

void
envelope_text(struct envelope *m, struct span text)
{
	m->octets += text.len;
	if (m->octets > m->text.max)
		buf_release(&m->text);
	else if (m->keep_text)
		buf_append(&m->text, text);
}

struct span
envelope_take(struct envelope *m, struct session *s, const struct mta_opts *opts, struct span id,
    struct span helo, struct span user)
{
	struct event event = { .kind = EVENT_MESSAGE,
		.session = session_view(s).number,
		.at_us = loop_now_us(),
		.tls = session_view(s).tls != NULL };
	struct err err = { 0 };
	size_t i = 0;

	event.message.id = id;
	event.message.helo = helo;
	event.message.user = user;
	event.message.from = m->from;
	event.message.from_params = m->from_params;
	event.message.rcpt = ARENA_ARRAY(&m->arena, struct span, m->nrcpts);
	event.message.rcpt_params = ARENA_ARRAY(&m->arena, struct span, m->nrcpts);
	for (const struct envelope_rcpt *r = m->rcpts; r; r = r->next) {
		if (r->refused)
			continue;
		event.message.rcpt[i] = r->mailbox;
		event.message.rcpt_params[i++] = r->params;
	}
	event.message.nrcpts = i;
	event.message.octets = m->octets;
	event.message.kept = m->keep_text;
	event.message.text = buf_span(&m->text);
	event.message.bare_lf = m->bare_lf;
	event.message.chunked = m->chunked;
	event.message.tls = session_view(s).tls;
	event.message.peer = session_view(s).peer;
	if (!opts->store || opts->store(opts->store_ctx, &event, &err)) {
		session_emit(s, &event);
		return SPAN_NONE;
	}
	session_emit(s,
	    &(struct event){ .kind = EVENT_PROBLEM, .err = ERR_SYSTEM, .text = span_of(err.text) });
	return append_is_full(err.sys) ? SPAN("452 4.3.1 Insufficient system storage") :
	    SPAN("451 4.3.0 Message not stored: local error in processing");
}
