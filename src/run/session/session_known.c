/* session - what it knows: the last reply, what EHLO offered in each state, and of itself. */
#include "run/session/session_impl.h"

void
session_keep_last(struct session *s, const struct reply *r)
{
	struct reply *copy;

	arena_reset(&s->last);
	copy = ARENA_NEW(&s->last, struct reply);
	reply_parse(arena_copy(&s->last, r->raw), &s->last, copy);
	if (copy->nlines == 0)
		*copy = (struct reply){
			.line = ARENA_NEW(&s->last, struct span), .nlines = 1, .code = r->code
		};
	s->last_reply = copy;
	s->replies++;
}

void
session_learn_extensions(struct session *s, const struct reply *r)
{
	struct event event = { .kind = EVENT_EXTENSIONS };
	enum offer_state state = session_offer_state(s);

	arena_reset(&s->ehlo[state]);
	s->extensions = s->offered[state] = ARENA_NEW(&s->ehlo[state], struct extensions);
	extensions_parse(r, &s->ehlo[state], s->extensions);
	event.extensions = s->extensions;
	session_emit(s, &event);
	if (s->extensions->cut)
		session_note(s, "of the extensions only the first %d are taken", EXTENSIONS_MAX);
}

void
session_forget_offers(struct session *s)
{
	s->extensions = NULL;
	memset(s->offered, 0, sizeof s->offered);
}

enum offer_state
session_offer_state(const struct session *s)
{
	return s->dialogue.authenticated ? OFFER_AUTH : s->dialogue.tls ? OFFER_TLS : OFFER_CLEAR;
}

const struct extensions *
session_offered(const struct session *s, enum offer_state state)
{
	return s->offered[state];
}

struct session_info
session_info(struct session *s)
{
	struct session_info info = {
		.host = s->host,
		.helo = s->opts->helo_is_secret ? "***" : session_helo(s),
		.tls = s->tls,
		.extensions = s->extensions,
		.dialogue = s->dialogue,
		.up_us = loop_now_us() - s->up_us,
		.replies = s->replies,
		.octets_in = s->octets_in,
		.octets_out = s->octets_out,
	};

	if (s->conn) {
		info.peer = *conn_peer(s->conn);
		info.local = *conn_local(s->conn);
	}
	return info;
}
