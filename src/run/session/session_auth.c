/*
 * session - what it says in an AUTH exchange and hears: shown without the secrets; and questions
 * put to the person.
 */
#include "run/session/session_impl.h"

#include "base/text.h"
#include "smtp/auth.h"

/* ---- saying */

void
session_mask(struct session *s, struct span secret)
{
	mask_add(s->env->secrets, secret);
}

void
session_mask_all(struct session *s, const struct mask *more)
{
	mask_join(s->env->secrets, more);
}

struct span
session_starred(struct session *s, struct arena *arena, struct span octets)
{
	return secrecy_shown(&s->secrecy, arena, octets);
}

const struct secrecy *
session_secrets(const struct session *s)
{
	return &s->secrecy;
}

struct span
session_hide_piece(struct session *s, struct span piece, struct arena *arena)
{
	bool answer = s->dialogue.mode == MODE_ANSWER, first = s->unfinished.len == 0,
	     over = piece.len > 0 && piece.at[piece.len - 1] == '\n';
	struct span whole = piece, shown = piece;

	if (s->dialogue.mode == MODE_MESSAGE)
		return secrecy_shown(&s->secrecy, arena, piece);
	if (!first)
		whole = arena_printf(
		    arena, "%.*s%.*s", SPAN_ARG(secret_span(&s->unfinished)), SPAN_ARG(piece));
	if (secrecy_conceals(&s->secrecy, whole, answer))
		shown = first && verb_of(whole, NULL) == VERB_AUTH ?
		    SPAN("AUTH <secret>") :
		    arena_printf(arena, "<secret, %zu octets>", piece.len);
	if (over)
		secrecy_said(&s->secrecy, span_trim(whole), answer, arena);
	if (over || whole.len > AUTH_RESPONSE_MAX)
		secret_release(&s->unfinished);
	else
		secret_set(&s->unfinished, whole);
	return secrecy_shown(&s->secrecy, arena, shown);
}

/* ---- hearing */

struct span
session_shown(struct session *s, struct span octets)
{
	arena_reset(&s->shown);
	return secrecy_shown(&s->secrecy, &s->shown, octets);
}

struct reply
session_shown_reply(struct session *s, const struct reply *r, struct arena *arena)
{
	struct reply shown = *r;

	shown.raw = secrecy_shown(&s->secrecy, arena, r->raw);
	if (shown.raw.at == r->raw.at)
		return shown;
	shown.line = ARENA_ARRAY(arena, struct span, r->nlines);
	for (size_t i = 0; i < r->nlines; i++)
		if (r->line[i].len > 0)
			shown.line[i] = (struct span){ shown.raw.at + (r->line[i].at - r->raw.at),
				r->line[i].len };
	return shown;
}

void
session_heed_proofs(struct session *s, const struct reply *r)
{
	for (size_t i = 0; i < r->nlines; i++)
		secrecy_heard(&s->secrecy, r->code, r->line[i]);
}

void
session_heard_auth(struct session *s, const struct reply *r)
{
	struct arena arena = { 0 };
	struct span challenge;

	if (r->code == 334 && span_trim(r->line[0]).len > 0) {
		bool decoded = auth_challenge(&arena, r->line[0], &challenge);
		challenge = secrecy_shown(&s->secrecy, &arena, challenge);
		session_note(s, "%s: %.*s",
		    decoded ? "the challenge says" : "the challenge is not base64 (RFC 4954 4)",
		    SPAN_ARG(span_first(text_safe(&arena, challenge), 400)));
	}
	if (r->code / 100 == 5)
		s->auth_refused = true;
	arena_release(&arena);
}

/* ---- asking */

static enum progress
put(struct session *s, struct event question, const char *what)
{
	if (!s->opts->can_ask)
		return session_fail(s, ERR_USAGE, "there is no terminal to ask for %s", what);
	s->asking = true;
	session_emit(s, &question);
	return STEP_WAIT;
}

enum progress
session_ask(struct session *s, const char *prompt, bool secret, const char *what)
{
	return put(s,
	    (struct event){
		.kind = EVENT_QUESTION, .question = { span_of(prompt), .secret = secret } },
	    what);
}

enum progress
session_ask_text(struct session *s, const char *prompt, const char *what)
{
	return put(s,
	    (struct event){ .kind = EVENT_QUESTION, .question = { span_of(prompt), .text = true } },
	    what);
}

bool
session_answer_question(struct session *s, struct span text)
{
	if (!s->asking || !s->step)
		return false;
	s->asking = false;
	s->working = true;
	session_tell(s, &(struct news){ .kind = NEWS_ANSWER, .text = text });
	s->working = false;
	session_work(s);
	return true;
}

/* ---- what else a login wants to know */

void
session_bindings(struct session *s, struct span *tls_exporter, struct span *tls_unique)
{
	char octets[TLS_BINDING_MAX];
	size_t n;

	*tls_exporter = *tls_unique = SPAN_NONE;
	if (!s->tls)
		return;
	if ((n = conn_tls_binding(s->conn, TLS_EXPORTER, octets)) > 0)
		*tls_exporter = arena_copy(&s->link, (struct span){ octets, n });
	if ((n = conn_tls_binding(s->conn, TLS_UNIQUE, octets)) > 0)
		*tls_unique = arena_copy(&s->link, (struct span){ octets, n });
}

bool
session_is_local(const struct session *s)
{
	return s->conn && s->opts->proxy.kind == PROXY_NONE && addr_is_loopback(conn_peer(s->conn));
}
