/* handshake - begins TLS, and handles its result. */
#include "run/diagnosis/diagnose.h"
#include "run/session/session_impl.h"

/* Notes once, when there will be no TLS, what the TLSA records say about that. */
void
session_note_dane(struct session *s)
{
	struct span note = s->role == CONV_SERVER ?
	    SPAN_NONE :
	    secure_dane_note(&s->secure, s->offers.now, &s->link.arena);
	struct arena arena = { 0 };

	if (note.len > 0)
		session_remark(s, EVENT_NOTE, ERR_NONE, arena_string(&arena, note),
		    session_diagnose_dane(s, &arena));
	arena_release(&arena);
}

bool
session_awaits_tlsa(const struct session *s)
{
	return s->secure.dane_query != NULL;
}

bool
session_can_tls(const struct session *s)
{
	return s->secure.context != NULL;
}

static struct tls_context *
handshake_context(struct session *s, struct err *err)
{
	if (s->secure.context)
		return s->secure.context;
	if (!s->env->client_tls)
		s->env->client_tls = tls_context_new(&s->env->tls, err);
	return s->env->client_tls;
}

static void
handshake_failed(struct session *s, const struct err *err)
{
	s->secure.shake_us = 0;
	session_fail_with(s, err);
	session_closed(s, CLOSED_BY_US, true);
	session_tell(s, &(struct news){ .kind = NEWS_TLS_FAILED, .err = err });
}

void
session_begin_shaking(struct session *s)
{
	struct err err = { 0 };
	struct tls_ask ask = { .name = s->role == CONV_SERVER ?
		    SPAN_NONE :
		    secure_reference(s->opts, s->link.host),
		.name_from_file = s->opts->sni && s->opts->sni_of_step,
		.anonymous = s->role == CONV_CLIENT && s->link.chosen_by_script &&
		    !session_is_meant(s),
		.sigalgs = s->opts->sigalgs };
	struct tls_context *context = handshake_context(s, &err);
	struct addr literal;
	const char *note;

	if (s->role == CONV_CLIENT && s->opts->verify_host) {
		if (!addr_parse(&literal, ask.name, 0))
			ask.sni = ask.name;
		ask.name = span_of(s->opts->verify_host);
	}

	if (!s->opts->sni && s->secure.dane &&
	    tls_dane_requires_tls(s->secure.dane)) /* RFC 7672 8.1 */
		ask.sni = s->secure.dane->base;
	for (size_t i = 0;
	     context && s->role == CONV_CLIENT && (note = tls_context_note(context, i)); i++)
		session_note(s, "%s", note);
	if (ask.anonymous && s->env->tls.cert)
		session_note(s,
		    "the client certificate is for the target of the command line and is not "
		    "presented to %.*s",
		    SPAN_ARG(s->link.host));
	s->secure.shake_when_sent = false;
	s->secure.shake_us = loop_now_us();
	conv_tls_begin(s->wire.conv);
	if (!context || !conn_tls(s->wire.conn, context, &ask, &err))
		handshake_failed(s, &err);
}

enum progress
session_shake_hands(struct session *s)
{
	if (!conv_tls_ready(s->wire.conv)) {
		struct err err;
		char text[OBSERVED_SIZE] =
		    "the client sent data after STARTTLS, before TLS began (CVE-2011-0411)";
		if (s->role == CONV_CLIENT)
			observe_cleartext(
			    session_shown(s, conv_pending(s->wire.conv)), false, true, text);
		err_set(&err, ERR_PROTO, "%s", text);
		err.cause = CAUSE_INJECTED;
		session_fail_with(s, &err);
		if (s->role == CONV_SERVER)
			/* the 220 is still sent, and nothing after it */
			session_shut(s);
		else
			session_close(s, true);
		return STEP_FAIL;
	}
	s->secure.shake_when_sent = true;
	if (s->secure.dane_query) /* the lookup has its own deadline */
		session_wait(s, WAIT_TLSA, 0);
	else
		session_wait(s, WAIT_TLS, s->opts->timeouts.tls);
	return STEP_WAIT;
}

/* Returns the result of TLS, with the verdict of the TLSA records if that is wanted. */
static const struct tls_info *
handshake_judged_by_dane(struct session *s, const struct tls_info *info)
{
	if (s->opts->dane == DANE_OFF || s->role == CONV_SERVER ||
	    (s->opts->dane == DANE_ASIDE && !tls_dane_requires_tls(s->secure.dane)))
		return info;
	struct tls_info *with = ARENA_NEW(&s->link.arena, struct tls_info);
	struct tls_dane *d = ARENA_NEW(&s->link.arena, struct tls_dane);
	if (s->secure.dane)
		*d = *s->secure.dane;
	else
		d->why = SPAN("the target was not a host name");
	conn_tls_dane(s->wire.conn, d, &s->link.arena);
	*with = *info;
	with->dane = d;
	return with;
}

void
session_tls_came_up(struct session *s)
{
	struct event event = { .kind = EVENT_TLS };

	s->secure.tls = handshake_judged_by_dane(s, conn_tls_info(s->wire.conn, &s->link.arena));
	event.shaken.info = s->secure.tls;
	event.shaken.took_us = loop_now_us() - s->secure.shake_us;
	event.shaken.forgot = s->offers.now != NULL;
	s->secure.shake_us = 0;
	offers_tls_began(&s->offers);
	dialogue_tls(&s->dialogue);
	s->sent.hellos = 0;
	session_emit(s, &event);
	conn_want(s->wire.conn, true, false);
	const struct tls_problem *bad = NULL;
	struct span refused = SPAN_NONE;
	if (s->role == CONV_CLIENT) {
		bad = secure_fatal(s->secure.tls, s->opts->verify);
		refused = secure_dane_refuses(s->secure.tls, s->opts->dane, &s->link.arena);
	}
	bool pinned = s->role != CONV_CLIENT || secure_is_pinned(s->secure.tls, s->opts);
	if (bad || refused.len > 0 || !pinned) {
		struct err err;
		if (!pinned)
			err_set(&err, ERR_TLS,
			    "neither the server's key nor its certificate has a digest of --pin");
		else if (refused.len > 0)
			err_set(&err, ERR_TLS, "--dane=require: %.*s", SPAN_ARG(refused));
		else
			err_set(&err, ERR_TLS, "the certificate was not accepted: %.*s",
			    SPAN_ARG(diagnosis_observed(
				diagnose_problem(s->secure.tls, bad, &s->link.arena),
				&s->link.arena)));
		session_fail_with(s, &err);
		session_close(s, true);
		session_tell(s, &(struct news){ .kind = NEWS_TLS_FAILED, .err = &err });
		return;
	}
	session_tell(s, &(struct news){ .kind = NEWS_TLS_UP });
}

void
session_tls_failed(struct session *s)
{
	struct err err = *conn_err(s->wire.conn);
	bool early, implicit = !s->dialogue.greeted;
	struct span plain = session_shown(s, conn_plain(s->wire.conn, &early));

	if (plain.len > 0) {
		char text[OBSERVED_SIZE];
		observe_cleartext(plain, implicit, early, text);
		err_set(&err, early && !implicit ? ERR_PROTO : ERR_TLS, "%s", text);
		err.cause = early && !implicit ? CAUSE_INJECTED : CAUSE_SHAKE_CLEARTEXT;
	}
	handshake_failed(s, &err);
}
