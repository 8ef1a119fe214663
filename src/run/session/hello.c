/* hello - EHLO, STARTTLS, the handshake, EHLO again. */
#include "run/session/hello.h"

#include <stdio.h>

static enum progress
hello_send_ehlo(struct session *s)
{
	char line[600];

	session_note_ehlo_name(s);
	snprintf(line, sizeof line, "%s %s",
	    session_opts(s)->lmtp || session_target(s)->lmtp ? "LHLO" : "EHLO",
	    session_ehlo_name(s));
	return session_send(s, span_of(line)) ? STEP_WAIT : STEP_FAIL;
}

/* Continues without TLS and notes that, if --tls=try; otherwise fails the step. */
static enum progress
hello_without_tls(struct session *s, const struct hello *h, const struct news *refusal)
{
	if (h->optional) {
		session_note(s, "continuing without TLS: the server %s STARTTLS",
		    refusal ? "refuses" : "does not offer");
		return STEP_DONE;
	}
	if (refusal)
		return session_refused(s, refusal);
	struct err err;
	err_set(&err, ERR_TLS, "the server does not offer STARTTLS");
	err.cause = CAUSE_NOT_OFFERED;
	return session_fail_with(s, &err);
}

static enum progress
hello_send_helo(struct session *s, struct hello *h)
{
	char line[600];

	h->helo = true;
	snprintf(line, sizeof line, "HELO %s", session_ehlo_name(s));
	return session_send(s, span_of(line)) ? STEP_WAIT : STEP_FAIL;
}

static bool
hello_may_send_helo(struct session *s, const struct hello *h, const struct reply *r)
{
	bool unknown = r->code == 500 || r->code == 501 || r->code == 502 || r->code == 504;
	return unknown && !h->helo && !session_target(s)->lmtp && !session_opts(s)->lmtp;
}

static enum progress
hello_send_starttls(struct session *s, struct hello *h)
{
	const struct extensions *e = session_view(s).extensions;

	if (e && !extensions_offer(e, "STARTTLS"))
		return hello_without_tls(s, h, NULL);
	h->stage = HELLO_STARTTLS;
	return session_send(s, SPAN("STARTTLS")) ? STEP_WAIT : STEP_FAIL;
}

enum progress
hello_begin(struct session *s, struct hello *h, bool tls)
{
	*h = (struct hello){ .tls = tls };
	if (session_view(s).dialogue.hello == VERB_OTHER || !tls)
		return hello_send_ehlo(s);
	return hello_send_starttls(s, h);
}

enum progress
hello_on_news(struct session *s, struct hello *h, const struct news *news)
{
	if (news->kind == NEWS_TLS_UP) {
		h->stage = HELLO_AGAIN;
		return hello_send_ehlo(s);
	}
	if (news->kind != NEWS_REPLY)
		return STEP_FAIL;

	const struct reply *reply = &news->event->reply;
	if (h->stage == HELLO_STARTTLS) {
		h->stage = HELLO_SHAKING;
		return news->failed == ERR_NONE ? session_shake_hands(s) :
						  hello_without_tls(s, h, news);
	}
	if (hello_may_send_helo(s, h, reply))
		return hello_send_helo(s, h);
	if (news->failed != ERR_NONE)
		return session_refused(s, news);
	if (h->helo && h->tls)
		return hello_without_tls(s, h, NULL);
	return h->tls && h->stage == HELLO_EHLO ? hello_send_starttls(s, h) : STEP_DONE;
}
