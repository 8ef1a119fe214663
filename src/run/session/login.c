/* login - AUTH as part of a step. */
#include "run/session/login.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/text.h"

enum {
	COMMAND_MAX = 510,		/* RFC 5321 4.5.3.1.4, without CRLF */
	CHALLENGES_MAX = 16,		/* GSSAPI needs the most, about 4 */
};

static void
login_free_exchange(void *data)
{
	struct login_exchange *x = data;

	if (!x)
		return;
	auth_free(x->auth);
	secret_release(&x->user);
	secret_release(&x->password);
	secret_release_buf(&x->response);
	arena_release(&x->arena);
	free(x);
}

void
login_release(struct login *l)
{
	if (l->stage != LOGIN_DERIVE)		/* otherwise freed when the thread ends */
		login_free_exchange(l->x);
	*l = (struct login){ 0 };
}

/* ---- whether credentials may be sent */

static bool
login_may_begin(struct session *s, const struct login *l, struct err *err)
{
	bool given = l->args->password.at != NULL, ours = place_is_user(l->args->place);

	if (!(l->mech->flags & (AUTH_USER | AUTH_PASSWORD)))
		return true;
	if (l->args->insecure && !ours && !session_opts(s)->auth.insecure)
		return err_set(err, ERR_USAGE,
		    "\"insecure\" is for the prompt; on the command line use --auth-insecure");
	return session_confides(s, given ? SECRET_ENTERED : SECRET_GIVEN, l->args->insecure, err);
}

/* ---- which mechanism */

static struct span
login_offered(struct session *s)
{
	const struct extensions *e = session_view(s).extensions;
	const struct extension *auth = e ? extensions_find(e, SPAN("AUTH")) : NULL;

	return auth ? auth->params : SPAN_NONE;
}

static bool
login_choose_named(struct session *s, struct login *l, struct span name, struct err *err)
{
	struct err lack;

	l->mech = mechanism_ours(name);
	if (!l->mech)
		return err_set(err, ERR_USAGE,
		    "mechanism \"%.*s\" is not supported by smtpsh; you can send AUTH and its "
		    "responses by hand",
		    SPAN_ARG(span_first(name, 40)));
	if (!auth_offered(login_offered(s), l->mech->name))
		session_note(s, "the server does not offer %s; trying it anyway", l->mech->name);
	if (l->mech->respond || (l->sasl = sasl(&lack)))
		return true;
	return err_set(err, lack.kind, "%s: %s", l->mech->name, lack.text);
}

static bool
login_choose_best(struct session *s, struct login *l, struct err *err)
{
	struct arena arena = { 0 };
	struct span list = login_offered(s), shown = text_safe(&arena, span_first(list, 300));
	struct err lack = { 0 };

	l->sasl = auth_wants_library(list) ? sasl(&lack) : NULL;
	bool bound = l->x->who.tls_exporter.len || l->x->who.tls_unique.len;
	l->mech = auth_best(list, session_view(s).tls != NULL, bound, l->sasl);
	if (l->mech && lack.kind)
		session_note(s, "SCRAM, CRAM-MD5, DIGEST-MD5, NTLM and GSSAPI are unavailable: %s",
		    lack.text);
	if (l->mech)
		session_note(s, "using AUTH %s, the best mechanism offered: %.*s", l->mech->name,
		    SPAN_ARG(shown));
	else if (lack.kind)
		err_set(err, lack.kind, "no supported mechanism (server offers %.*s): %s",
		    SPAN_ARG(span_first(shown, 100)), lack.text);
	else if (list.len == 0)
		err_set(err, ERR_REFUSED, "the server does not offer AUTH%s",
		    session_view(s).tls ? "" :
					  " without TLS; many do over TLS: use /starttls or --tls");
	else
		err_set(err, ERR_USAGE,
		    "no mechanism selected automatically (server offers %.*s): specify one, such "
		    "as /auth %.*s",
		    SPAN_ARG(span_first(shown, 200)), SPAN_ARG(span_first(span_word(&shown), 40)));
	arena_release(&arena);
	return l->mech != NULL;
}

static bool
login_choose(struct session *s, struct login *l, struct err *err)
{
	const struct credentials *c = &session_opts(s)->auth;
	struct span name = l->args->mech.len ? l->args->mech : span_of(c->mech);

	session_bindings(s, &l->x->who.tls_exporter, &l->x->who.tls_unique);
	if (session_dialogue(s)->authenticated)
		session_note(s,
		    "this session is already authenticated; servers reject a second AUTH (RFC 4954 "
		    "4)");
	if (!(name.len ? login_choose_named(s, l, name, err) : login_choose_best(s, l, err)))
		return false;
	/*
	 * RFC 5802 6: a client that supports channel binding, but was not offered a -PLUS
	 * mechanism, sends "y". With libgsasl 2.2.0, Cyrus and Dovecot then compute a different
	 * proof; "n" works with both.
	 */
	if (!(l->mech->flags & AUTH_BOUND))
		l->x->who.tls_exporter = l->x->who.tls_unique = SPAN_NONE;
	return login_may_begin(s, l, err);
}

/* ---- the exchange */

static enum progress
login_cancel(struct session *s, struct login *l, const struct err *err)
{
	l->err = *err;
	l->stage = LOGIN_CANCELLED;
	return session_send(s, SPAN("*")) ? STEP_WAIT : STEP_FAIL;
}

/* Computes the response, in a thread or at once. */
static void
login_make_response(void *data)
{
	struct login_exchange *x = data;

	x->response = (struct buf){ .max = AUTH_RESPONSE_MAX };
	x->err = (struct err){ 0 };
	x->made = auth_respond(x->auth, x->challenge, &x->response, &x->err);
}

/*
 * Sends AUTH with an initial response, or the response to a challenge. "=" is an empty initial
 * response.
 */
static enum progress
login_send_response(struct session *s, struct login *l, bool initial)
{
	struct login_exchange *x = l->x;
	struct arena scratch = { 0 };

	if (!x->made) {
		secret_release_buf(&x->response);
		return initial ? session_fail(s, x->err.kind, "%s", x->err.text) :
				 login_cancel(s, l, &x->err);
	}
	struct span line = base64_encode(&scratch, buf_span(&x->response)), text = line;
	if (initial)
		line = arena_printf(
		    &scratch, "AUTH %s %.*s", l->mech->name, SPAN_ARG(text.len ? text : SPAN("=")));
	bool given = session_send(s, line);
	secret_wipe(text);
	secret_wipe(line);
	arena_release(&scratch);
	secret_release_buf(&x->response);
	return given ? STEP_WAIT : STEP_FAIL;
}

static enum progress
login_respond(struct session *s, struct login *l, struct span challenge, bool initial)
{
	arena_reset(&l->x->arena);
	l->x->challenge = arena_copy(&l->x->arena, challenge);
	if (auth_is_slow(l->mech, challenge)) {
		l->stage = LOGIN_DERIVE;
		session_offload(s, login_make_response, login_free_exchange, l->x);
		return STEP_WAIT;
	}
	login_make_response(l->x);
	return login_send_response(s, l, initial);
}

/*
 * RFC 4954 4: an initial response that would make the line too long is sent as the response to an
 * empty challenge instead.
 */
static bool
login_has_initial(const struct login *l)
{
	size_t most = l->x->who.user.len + l->x->who.authzid.len + l->x->who.password.len + 64;

	if (l->args->initial != LOGIN_INITIAL_AUTO)
		return l->args->initial == LOGIN_INITIAL_YES;
	return (l->mech->flags & AUTH_FIRST) && (most + 2) / 3 * 4 < COMMAND_MAX - 30;
}

static enum progress
login_begin_exchange(struct session *s, struct login *l)
{
	struct err err = { 0 };
	char line[64];

	l->x->who.user = secret_span(&l->x->user);
	l->x->who.password = secret_span(&l->x->password);
	l->x->who.host = session_view(s).host;
	l->x->who.port = session_target(s)->port;
	session_mask(s, l->x->who.password);
	l->x->auth = auth_new(l->mech, &l->x->who, l->sasl, &err);
	if (!l->x->auth)
		return session_fail(s, err.kind, "%s", err.text);
	bool initial = login_has_initial(l);
	l->stage = LOGIN_TALK;
	if (initial)
		return login_respond(s, l, SPAN_NONE, true);
	snprintf(line, sizeof line, "AUTH %s", l->mech->name);
	return session_send(s, span_of(line)) ? STEP_WAIT : STEP_FAIL;
}

/* ---- credentials */

static enum progress
login_ask(struct session *s, struct login *l)
{
	if ((l->mech->flags & AUTH_USER) && !l->x->user.at) {
		l->stage = LOGIN_ASK_USER;
		return session_ask(s, "User name: ", false, "a user name: use --user NAME");
	}
	if ((l->mech->flags & AUTH_PASSWORD) && !l->x->password.at) {
		l->stage = LOGIN_ASK_PASSWORD;
		return session_ask(s,
		    l->mech->kind == MECHANISM_TOKEN ? "Token: " : "Password: ", true,
		    "a password: use --password-file, --password-env, --password-command, "
		    "--password-fd or --netrc");
	}
	return login_begin_exchange(s, l);
}

static enum progress
login_find_credentials(struct session *s, struct login *l)
{
	const struct credentials *c = &session_opts(s)->auth;
	struct err err = { 0 };

	if (!login_choose(s, l, &err))
		return session_fail(s, err.kind, "%s", err.text);
	if (l->args->user.len || c->user)
		secret_set(&l->x->user, l->args->user.len ? l->args->user : span_of(c->user));
	l->x->who.authzid = l->args->authzid.len ? l->args->authzid : span_of(c->authzid);
	if (l->args->password.at || c->password.at)
		secret_set(&l->x->password,
		    secret_span(l->args->password.at ? &l->args->password : &c->password));
	if (c->netrc && !l->x->password.at && (l->mech->flags & AUTH_PASSWORD)) {
		struct secret user = { 0 };
		if (!credentials_netrc(session_view(s).host, secret_span(&l->x->user), &user,
			&l->x->password, &err))
			return session_fail(s, err.kind, "%s", err.text);
		if (!l->x->user.at && user.len)
			secret_set(&l->x->user, secret_span(&user));
		secret_release(&user);
	}
	return login_ask(s, l);
}

enum progress
login_begin(struct session *s, struct login *l, const struct login_args *args)
{
	assert(args);
	*l = (struct login){ .args = args, .x = memory_zeroed(sizeof *l->x) };
	if (session_view(s).dialogue.hello != VERB_OTHER)
		return login_find_credentials(s, l);
	return hello_begin(s, &l->hello, false);
}

static enum progress
login_on_reply(struct session *s, struct login *l, const struct news *news)
{
	const struct reply *reply = &news->event->reply;
	struct arena arena = { 0 };
	struct span challenge;

	if (l->stage == LOGIN_CANCELLED)
		return session_fail(s, l->err.kind, "%s", l->err.text);
	if (news->failed != ERR_NONE)
		return session_refused(s, news);
	if (reply->code == 334 && ++l->challenges > CHALLENGES_MAX) {
		struct err err;
		err_set(&err, ERR_PROTO, "too many challenges from the server: %d were answered",
		    CHALLENGES_MAX);
		return login_cancel(s, l, &err);
	}
	if (reply->code == 334) {
		auth_challenge(&arena, reply->line[0], &challenge);
		enum progress progress = login_respond(s, l, challenge, false);
		arena_release(&arena);
		return progress;
	}
	struct err err;
	if (!auth_confirm(l->x->auth, &err))
		return session_fail(s, err.kind, "%s", err.text);
	return STEP_DONE;
}

enum progress
login_on_news(struct session *s, struct login *l, const struct news *news)
{
	if (l->stage == LOGIN_HELLO) {
		enum progress progress = hello_on_news(s, &l->hello, news);
		return progress == STEP_DONE ? login_find_credentials(s, l) : progress;
	}
	if (l->stage == LOGIN_DERIVE && news->kind == NEWS_WORKED) {
		l->stage = LOGIN_TALK;
		return login_send_response(s, l, false);
	}
	if (news->kind == NEWS_ANSWER) {
		secret_set(l->stage == LOGIN_ASK_USER ? &l->x->user : &l->x->password, news->text);
		return login_ask(s, l);
	}
	return news->kind == NEWS_REPLY ? login_on_reply(s, l, news) : STEP_FAIL;
}
