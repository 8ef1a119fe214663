/* envelope - a message that a server is receiving. */
#include "run/serve/envelope.h"

#include "base/append.h"
#include "base/text.h"
#include "run/session/session.h"

void
envelope_init(struct envelope *m, bool keep_text, size_t text_max)
{
	*m = (struct envelope){ .keep_text = keep_text };
	m->rcpts_end = &m->rcpts;
	buf_init(&m->text, text_max);
	buf_init(&m->header, ENVELOPE_HEADER_MAX);
}

void
envelope_release(struct envelope *m)
{
	store_give_up(m->storing);
	arena_release(&m->arena);
	buf_release(&m->text);
	buf_release(&m->header);
}

void
envelope_forget(struct envelope *m)
{
	arena_reset(&m->arena);
	m->taken = NULL;
	m->utf8 = false;
	envelope_drop_text(m);
	m->from = m->from_params = SPAN_NONE;
	m->rcpts = NULL;
	m->rcpts_end = &m->rcpts;
	m->nrcpts = 0;
	m->held = 0;
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
envelope_drop_rcpts(struct envelope *m)
{
	m->rcpts = NULL;
	m->rcpts_end = &m->rcpts;
	m->nrcpts = 0;
}

void
envelope_drop_text(struct envelope *m)
{
	buf_release(&m->text);
	buf_release(&m->header);
	m->header_over = false;
	m->octets = 0;
}

/* Holds the header, up to the empty line that ends it or ENVELOPE_HEADER_MAX. */
static void
envelope_hold_header(struct envelope *m, struct span text)
{
	static const struct span ends[] = { SPAN_INIT("\n\r\n"), SPAN_INIT("\n\n") };
	struct span held = buf_span(&m->header);

	if (held.len + text.len > ENVELOPE_HEADER_MAX)
		text = span_first(text, ENVELOPE_HEADER_MAX - held.len);
	buf_append(&m->header, text);
	size_t before = held.len > 2 ? held.len - 2 : 0;
	held = buf_span(&m->header);
	m->header_over = held.len == ENVELOPE_HEADER_MAX;
	if (span_starts(held, SPAN("\n")) || span_starts(held, SPAN("\r\n"))) {
		m->header_over = true; /* no header */
		buf_release(&m->header);
		return;
	}
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct span end = span_find(span_skip(held, before), ends[i]);
		if (end.len > 0)
			m->header.tail -= end.len;
		m->header_over |= end.len > 0;
		held = buf_span(&m->header);
	}
}

bool
envelope_header_is_utf8(const struct envelope *m)
{
	struct span held = buf_span(&m->header);

	/* a header cut off at the limit may end within a character */
	return text_is_utf8(held) || held.len == ENVELOPE_HEADER_MAX;
}

void
envelope_text(struct envelope *m, struct span text)
{
	m->octets += text.len;
	if (m->utf8 && !m->header_over)
		envelope_hold_header(m, text);
	if (m->octets > m->text.max)
		buf_release(&m->text);
	else if (m->keep_text)
		buf_append(&m->text, text);
}

void
envelope_complete(struct envelope *m, struct session *s, struct span id, struct span helo,
    struct span user)
{
	struct event *e = m->taken = ARENA_NEW(&m->arena, struct event);
	size_t i = 0;

	*e = (struct event){ .kind = EVENT_MESSAGE,
		.session = session_view(s).number,
		.tls = session_view(s).tls != NULL };
	e->message.id = arena_copy(&m->arena, id);
	e->message.helo = helo;
	e->message.user = user;
	e->message.from = m->from;
	e->message.from_params = m->from_params;
	e->message.rcpt = ARENA_ARRAY(&m->arena, struct span, m->nrcpts);
	e->message.rcpt_params = ARENA_ARRAY(&m->arena, struct span, m->nrcpts);
	for (const struct envelope_rcpt *r = m->rcpts; r; r = r->next) {
		if (r->refused)
			continue;
		e->message.rcpt[i] = r->mailbox;
		e->message.rcpt_params[i++] = r->params;
	}
	e->message.nrcpts = i;
	e->message.octets = m->octets;
	e->message.kept = m->keep_text;
	e->message.text = buf_span(&m->text);
	e->message.bare_lf = m->bare_lf;
	e->message.chunked = m->chunked;
	e->message.tls = session_view(s).tls;
	e->message.peer = session_view(s).peer;
}

#define NOT_STORED "451 4.3.0 Error: queue file write error"

bool
envelope_store(
    struct envelope *m, struct session *s, const struct mta_opts *opts, struct span *lost)
{
	struct err err = { 0 };
	enum stored how = opts->store ? store_message(opts->store, m->taken, &m->storing, &err) :
					STORED;

	*lost = SPAN_NONE;
	if (how == STORING)
		return false;
	m->taken->at_us = loop_now_us();
	if (how == STORED) {
		session_emit(s, m->taken);
		return true;
	}
	session_emit(s,
	    &(struct event){ .kind = EVENT_PROBLEM, .err = ERR_SYSTEM, .text = span_of(err.text) });
	*lost = append_is_full(err.sys) ? SPAN("452 4.3.1 Insufficient system storage") :
					  SPAN(NOT_STORED);
	return true;
}

struct span
envelope_give_up(struct envelope *m)
{
	store_give_up(m->storing);
	m->storing = NULL;
	return SPAN(NOT_STORED);
}
