/* session - what it says in an AUTH exchange and hears: shown without the secrets; and questions put to the person. */
#include "run/session_impl.h"

#include "base/base64.h"
#include "base/text.h"
#include "smtp/auth.h"

/* ---- saying */

void
session_mask(struct session *s, struct span secret)
{
	mask_add(&s->mask, secret);
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

/* The secret in a response, and its line, by which the user name is shown too. */
static void
learn(struct session *s, struct span response)
{
	struct arena arena = { 0 };
	struct span octets = response;
	bool decoded = base64_decode(&arena, response, &octets);
	struct span secret = auth_secret(span_of(s->auth.mech), s->auth.n, octets);

	if (secret.len > 0 || !decoded) {
		mask_add(&s->mask, secret);
		mask_add(&s->mask, response);
	}
	arena_wipe(&arena);
}

struct span
session_hide_auth(struct session *s, struct span line, bool answer, struct arena *arena)
{
	struct span response = line, before = SPAN_NONE;

	if (!answer) {
		span_word(&response);
		struct span rest = response, mech = span_word(&rest);
		bool named = auth_is_name(mech);
		begin_exchange(s, named ? mech : SPAN_NONE);
		response = named ? rest : response;
		before = span_first(line, response.len ? (size_t)(response.at - line.at) : line.len);
		if (response.len == 0)
			return line;
	}
	learn(s, response);
	struct span shown = auth_shown(arena, span_of(s->auth.mech), s->auth.n++, response);
	return shown.len > 0 && shown.at[0] == '<' ? arena_printf(arena, "%.*s%.*s", SPAN_ARG(before), SPAN_ARG(shown)) : line;
}

bool
session_say_auth(struct session *s, struct span line)
{
	struct arena arena = { 0 };
	struct span shown = session_hide_auth(s, line, s->dialogue.mode == MODE_ANSWER, &arena);
	bool ok = shown.at != line.at ? session_say_secret(s, line, shown) : session_say(s, line);

	arena_release(&arena);
	return ok;
}

/* "AUTH" at its front, or as much of it as there is. */
static bool
begins_auth(struct span line)
{
	while (line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t'))
		line = span_skip(line, 1);
	return line.len > 4 && span_starts_case(line, SPAN("AUTH")) && strchr(" \t\r\n", line.at[4]);
}

struct span
session_hide_piece(struct session *s, struct span piece, struct arena *arena)
{
	bool answer = s->dialogue.mode == MODE_ANSWER, first = s->unfinished.len == 0, over = piece.len > 0 && piece.at[piece.len - 1] == '\n';
	struct span whole = piece, shown = piece;

	if (s->dialogue.mode == MODE_MESSAGE)
		return piece;
	if (!first)
		whole = arena_printf(arena, "%.*s%.*s", SPAN_ARG(secret_span(&s->unfinished)), SPAN_ARG(piece));
	if (answer || begins_auth(whole))
		shown = first && !answer ? SPAN("AUTH <secret>") : arena_printf(arena, "<secret, %zu octets>", piece.len);
	if (over && shown.at != piece.at)
		session_hide_auth(s, span_trim(whole), answer, arena);
	if (over || whole.len > AUTH_RESPONSE_MAX)
		secret_release(&s->unfinished);
	else
		secret_set(&s->unfinished, whole);
	return shown;
}

/* ---- hearing */

struct span
session_shown(struct session *s, struct span octets)
{
	arena_reset(&s->shown);
	return mask_shown(&s->mask, &s->shown, octets);
}

struct reply
session_shown_reply(struct session *s, const struct reply *r, struct arena *arena)
{
	struct reply shown = *r;

	shown.raw = mask_shown(&s->mask, arena, r->raw);
	if (shown.raw.at == r->raw.at)
		return shown;
	shown.line = ARENA_ARRAY(arena, struct span, r->nlines);
	for (size_t i = 0; i < r->nlines; i++)
		if (r->line[i].len > 0)
			shown.line[i] = (struct span){ shown.raw.at + (r->line[i].at - r->raw.at), r->line[i].len };
	return shown;
}

void
session_heard_auth(struct session *s, const struct reply *r)
{
	struct arena arena = { 0 };
	struct span challenge;

	if (r->code == 334 && span_trim(r->line[0]).len > 0) {
		bool decoded = auth_challenge(&arena, r->line[0], &challenge);
		challenge = mask_shown(&s->mask, &arena, challenge);
		session_note(s, "%s: %.*s", decoded ? "the challenge says" : "the challenge is not base64 (RFC 4954 4)",
		    SPAN_ARG(span_first(text_safe(&arena, challenge), 400)));
	}
	if (r->code / 100 == 5)
		s->auth.refused = true;
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
	return put(s, (struct event){ .kind = EVENT_QUESTION, .question = { span_of(prompt), .secret = secret } }, what);
}

enum progress
session_ask_text(struct session *s, const char *prompt, const char *what)
{
	return put(s, (struct event){ .kind = EVENT_QUESTION, .question = { span_of(prompt), .text = true } }, what);
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
