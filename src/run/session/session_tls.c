/* session - the handshake, and what came of it. */
#include "run/session/session_impl.h"

#include "net/tls_words.h"
#include "run/session/cert_words.h"
#include "run/session/diagnose.h"

static struct tls_context *
client_context(struct session *s, struct err *err)
{
	if (s->tls_context)
		return s->tls_context;
	if (!s->env->client_tls)
		s->env->client_tls = tls_context_new(&s->env->tls, err);
	return s->env->client_tls;
}

static void
not_shaken(struct session *s, const struct err *err)
{
	s->shake_us = 0;
	session_fail_with(s, err);
	session_closed(s, CLOSED_BY_US, true);
	session_tell(s, &(struct news){ .kind = NEWS_TLS_FAILED, .err = err });
}

/* The name asked for is the name judged: that of the host, or what --sni gives in its place. */
struct span
session_reference(const struct session *s)
{
	struct span name = s->role == CONV_SERVER ? SPAN_NONE :
	    s->opts->sni			  ? span_of(s->opts->sni) :
						    s->host;
	struct addr literal;

	if (name.len > 1 && name.at[name.len - 1] == '.' && !addr_parse(&literal, name, 0))
		name.len--;			/* RFC 6066 3 has it without the root's dot */
	return name;
}

void
session_begin_shaking(struct session *s)
{
	struct err err = { 0 };
	struct tls_ask ask = { .name = session_reference(s),
		.stranger = s->opts->sni && s->opts->sni_of_step,
		.anonymous = s->role == CONV_CLIENT && s->script_opened && !session_is_meant(s),
		.sigalgs = s->opts->sigalgs };
	struct tls_context *context = client_context(s, &err);
	const char *note;

	if (!s->opts->sni && s->dane && tls_dane_requires_tls(s->dane))		/* RFC 7672 8.1 */
		ask.sni = s->dane->base;
	for (size_t i = 0;
	     context && s->role == CONV_CLIENT && (note = tls_context_note(context, i)); i++)
		session_note(s, "%s", note);
	if (ask.anonymous && s->env->tls.cert)
		session_note(s,
		    "the client certificate is for the target of the command line, and is not "
		    "presented to %.*s",
		    SPAN_ARG(s->host));
	s->shake_when_sent = false;
	s->shake_us = loop_now_us();
	conv_tls_begin(s->conv);
	if (!context || !conn_tls(s->conn, context, &ask, &err))
		not_shaken(s, &err);
}

enum progress
session_shake_hands(struct session *s)
{
	if (!conv_tls_ready(s->conv)) {
		struct err err;
		char text[DIAGNOSIS_SIZE] =
		    "the client sent more behind its STARTTLS, before TLS began (CVE-2011-0411)";
		if (s->role == CONV_CLIENT)
			diagnose_plain(session_shown(s, conv_pending(s->conv)), false, true, text);
		err_set(&err, ERR_PROTO, "%s", text);
		err.cause = CAUSE_INJECTED;
		session_fail_with(s, &err);
		if (s->role == CONV_SERVER)
			/* the 220 was said: it goes out, and nothing behind it */
			session_shut(s);
		else
			session_close(s, true);
		return STEP_FAIL;
	}
	s->shake_when_sent = true;
	if (s->dane_query)		/* its own deadline is the look-up's */
		session_wait(s, WAIT_TLSA, 0);
	else
		session_wait(s, WAIT_TLS, s->opts->timeouts.tls);
	return STEP_WAIT;
}

/* In our words where there are some, fit to follow a colon. */
static struct span
problem_text(struct session *s, const struct tls_problem *p)
{
	const struct verify_info *info = verify_info(p->code);
	const char *next;

	if (s->tls->no_trust.len > 0 && tls_problem_is_issuer(p))
		return cert_problem(&s->link, s->tls, p, &next);
	return info ? span_of(info->means) : p->text;
}

/* The first problem that the verification asked for does not allow; NULL: none. */
static const struct tls_problem *
fatal_problem(const struct session *s)
{
	if (s->role == CONV_SERVER || s->opts->verify <= VERIFY_OFF || tls_dane_vouches(s->tls))
		return NULL;
	for (size_t i = 0; i < s->tls->nproblems; i++)
		if (s->opts->verify == VERIFY_NAME || !tls_problem_is_name(&s->tls->problem[i]))
			return &s->tls->problem[i];
	return NULL;
}

void
session_tls_came_up(struct session *s)
{
	struct event event = { .kind = EVENT_TLS };

	s->tls = session_judge_dane(s, conn_tls_info(s->conn, &s->link));
	event.shaken.info = s->tls;
	event.shaken.took_us = loop_now_us() - s->shake_us;
	event.shaken.forgot = s->extensions != NULL;
	s->shake_us = 0;
	s->extensions = NULL;
	dialogue_tls(&s->dialogue);
	session_emit(s, &event);
	conn_want(s->conn, true, false);
	const struct tls_problem *bad = fatal_problem(s);
	struct span refused = session_dane_refuses(s);
	if (bad || refused.len > 0) {
		struct err err;
		if (refused.len > 0)
			err_set(&err, ERR_TLS, "--dane=require: %.*s", SPAN_ARG(refused));
		else
			err_set(&err, ERR_TLS, "the certificate was not accepted: %.*s",
			    SPAN_ARG(problem_text(s, bad)));
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
	struct err err = *conn_err(s->conn);
	bool early, implicit = !s->dialogue.greeted;
	struct span plain = session_shown(s, conn_plain(s->conn, &early));

	if (plain.len > 0) {
		char text[DIAGNOSIS_SIZE];
		diagnose_plain(plain, implicit, early, text);
		err_set(&err, early && !implicit ? ERR_PROTO : ERR_TLS, "%s", text);
		err.cause = early && !implicit ? CAUSE_INJECTED : CAUSE_UNSAID;
	}
	not_shaken(s, &err);
}
