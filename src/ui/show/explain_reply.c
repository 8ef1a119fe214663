/*
 * explain_reply - a reply in its context, with what the session knows about it, and the problems of
 * its certificate.
 */
#include "ui/show/explain_impl.h"

#include "base/text.h"
#include "run/diagnosis/diagnose.h"
#include "smtp/extension.h"
#include "smtp/parameter.h"

static void
about_tls(struct explaining *x, const struct session_view *v)
{
	if (v->tls) {
		explain_fact(x, "evidence", "TLS is active (%.*s)", SPAN_ARG(v->tls->version));
		return;
	}
	if (!v->extensions)
		explain_fact(x, "evidence",
		    "the connection is unencrypted, and EHLO has not been sent");
	else
		explain_fact(x, "evidence", "the connection is unencrypted; STARTTLS is %s",
		    extensions_offer(v->extensions, "STARTTLS") ? "offered" : "not offered");
}

static void
about_auth(struct explaining *x, const struct session_view *v)
{
	const struct extension *auth = v->extensions ?
	    extensions_find(v->extensions, SPAN("AUTH")) :
	    NULL;

	if (v->dialogue.authenticated)
		explain_fact(x, "evidence", "logged in on this connection");
	else if (auth)
		explain_fact(x, "evidence", "not logged in; AUTH is offered: %.*s",
		    SPAN_ARG(text_safe(x->arena, span_first(auth->params, 300))));
	else if (v->extensions)
		explain_fact(x, "evidence", "not logged in, and AUTH is not offered%s",
		    v->tls ? "" : " without TLS");
}

static void
about_sequence(struct explaining *x, const struct session_view *v)
{
	const struct dialogue *d = &v->dialogue;

	if (d->hello == VERB_OTHER)
		explain_fact(x, "evidence", "neither EHLO nor HELO has been accepted%s",
		    d->tls ? " since TLS began" : " yet");
	else if (!d->mail)
		explain_fact(
		    x, "evidence", "no transaction is open (no MAIL accepted since the last "
		        "message)");
	else
		explain_fact(x, "evidence", "a transaction is open, with %u recipient%s accepted",
		    d->rcpts, d->rcpts == 1 ? "" : "s");
}

static void
about_size(struct explaining *x, const struct session_view *v)
{
	const struct extension *size = v->extensions ?
	    extensions_find(v->extensions, SPAN("SIZE")) :
	    NULL;
	unsigned long long limit;
	char human[24];

	if (!size || !span_number(size->params, ~0ull, &limit) || limit == 0)
		return;
	text_size(human, limit);
	explain_fact(
	    x, "evidence", "the server accepts messages up to %s (SIZE %llu)", human, limit);
}

/* Adds parameters of the sent line that the last EHLO did not offer. */
static void
about_parameters(struct explaining *x, const struct session_view *v, struct span sent)
{
	struct span args, path, params;
	enum verb verb = verb_of(sent, &args);

	if ((verb != VERB_MAIL && verb != VERB_RCPT) || !v->extensions)
		return;
	if (!parameter_split(verb, args, &path, &params)) {
		explain_fact(x, "evidence", "the line sent does not have the form %s",
		    verb == VERB_MAIL ? "MAIL FROM:<...>" : "RCPT TO:<...>");
		return;
	}
	if (path.len == 0 || path.at[0] != '<')
		explain_fact(x, "evidence", "the address in the line sent has no angle brackets");
	for (struct span word = span_word(&params); word.len > 0; word = span_word(&params)) {
		struct span rest = word;
		const struct parameter *p = parameter_find(verb, span_until(&rest, '='));
		if (p && !extensions_offer(v->extensions, p->extension))
			explain_fact(x, "evidence", "%s was sent, but %s is not offered", p->name,
			    p->extension);
	}
}

static void
add_evidence(struct explaining *x, const struct reply *r, enum smtp_stage stage, struct span sent,
    const struct session_view *v)
{
	const struct status *st = &r->status;
	bool security = st->class && st->subject == 7;

	if (v->state != SESSION_OPEN) {
		explain_fact(x, "evidence", "the connection is closed");
		return;
	}
	if (r->code == 530 || r->code == 538 || r->code == 523 || stage == AT_STARTTLS ||
	    stage == AT_AUTH)
		about_tls(x, v);
	if (r->code == 530 || stage == AT_AUTH ||
	    (stage == AT_RCPT && (security || !st->class)))
		about_auth(x, v);
	if (r->code == 503 || stage == AT_DATA)
		about_sequence(x, v);
	if (r->code == 552 ||
	    (st->class &&
		((st->subject == 2 && st->detail == 3) || (st->subject == 3 && st->detail == 4))))
		about_size(x, v);
	about_parameters(x, v, sent);
}

struct explanation *
explain_reply(const struct reply *r, enum smtp_stage stage, struct span sent,
    const struct session_view *v, struct arena *arena)
{
	struct explaining x = { .arena = arena };

	x.end = &x.first;
	struct facts f = { .reply = r,
		.stage = stage,
		.sent = sent,
		.verb = verb_of(sent, NULL),
		.dialogue = v->dialogue,
		.offered = v->state == SESSION_OPEN ? v->extensions : NULL };
	const struct diagnosis *d = r->code / 100 >= 4 ? diagnose(&f, arena) : NULL;
	if (d)
		explain_diagnosis(&x, d);
	explain_codes(&x, r->code, r->status, stage, !d);
	if (r->code / 100 == 4 || r->code / 100 == 5)
		add_evidence(&x, r, stage, sent, v);
	for (size_t i = 0; v->tls && i < v->tls->nproblems; i++)
		explain_name(&x, span_of(v->tls->problem[i].name));
	return x.first;
}
