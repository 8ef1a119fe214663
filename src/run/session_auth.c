/* session - what it says in an AUTH exchange and hears: shown without the secrets; and questions put to the person. */
#include "run/session_impl.h"

#include "base/text.h"
#include "smtp/auth.h"

/* ---- saying */

/* The oldest goes. What is too short would star out half of what the peer says. */
void
session_mask(struct session *s, struct span secret)
{
	enum { NMASKS = sizeof s->mask / sizeof *s->mask, SHORT = 6 };

	if (secret.len >= SHORT)
		secret_set(&s->mask[s->nmasks++ % NMASKS], secret);
}

static void
begin_exchange(struct session *s, struct span mech)
{
	size_t n = mech.len < sizeof s->auth.mech ? mech.len : sizeof s->auth.mech - 1;

	if (n > 0)
		memcpy(s->auth.mech, mech.at, n);
	s->auth.mech[n] = '\0';
	s->auth.n = 0;
}

bool
session_say_auth(struct session *s, struct span line)
{
	struct arena arena = { 0 };
	struct span response = line, before = SPAN_NONE;

	if (s->dialogue.mode != MODE_ANSWER) {
		span_word(&response);
		begin_exchange(s, span_word(&response));
		before = span_first(line, response.len ? (size_t)(response.at - line.at) : line.len);
		if (response.len == 0)
			return session_say(s, line);
	}
	struct span shown = auth_shown(&arena, span_of(s->auth.mech), s->auth.n++, response);
	bool masked = shown.len > 0 && shown.at[0] == '<';
	if (span_starts(shown, SPAN("<secret")) || s->auth.n == 1)
		session_mask(s, response);
	shown = arena_printf(&arena, "%.*s%.*s", SPAN_ARG(before), SPAN_ARG(shown));
	bool ok = masked ? session_say_secret(s, line, shown) : session_say(s, line);
	arena_release(&arena);
	return ok;
}

/* ---- hearing */

void
session_mask_echo(struct session *s, struct span octets)
{
	for (size_t i = 0; i < sizeof s->mask / sizeof *s->mask; i++) {
		struct span secret = secret_span(&s->mask[i]), at = octets;
		while (secret.len > 0 && (at = span_find(at, secret)).len > 0) {
			char *mem;
			memcpy(&mem, &at.at, sizeof mem);
			memset(mem, '*', secret.len);
			at = span_skip(at, secret.len);
		}
	}
}

void
session_heard_auth(struct session *s, const struct reply *r)
{
	struct arena arena = { 0 };
	struct span challenge;

	if (r->code == 334 && span_trim(r->line[0]).len > 0) {
		bool decoded = auth_challenge(&arena, r->line[0], &challenge);
		session_note(s, "%s: %.*s", decoded ? "the challenge says" : "the challenge is not base64 (RFC 4954 4)",
		    SPAN_ARG(span_first(text_safe(&arena, challenge), 400)));
	}
	if (r->code / 100 == 5)
		s->auth.refused = true;
	arena_release(&arena);
}

/* ---- asking */

enum progress
session_ask(struct session *s, const char *prompt, bool secret, const char *what)
{
	struct event event = { .kind = EVENT_QUESTION };

	if (!s->opts->can_ask)
		return session_fail(s, ERR_USAGE, "there is no terminal to ask for %s", what);
	s->asking = true;
	event.question.prompt = span_of(prompt);
	event.question.secret = secret;
	session_emit(s, &event);
	return STEP_WAIT;
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

const struct sasl *
session_sasl(struct session *s)
{
	struct err err;
	const struct sasl *lib = sasl(&err);

	if (!lib)
		session_note(s, "without SCRAM, CRAM-MD5, DIGEST-MD5, NTLM and GSSAPI: %s", err.text);
	return lib;
}

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
