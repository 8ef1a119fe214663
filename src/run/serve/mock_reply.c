/*
 * mock_reply - queues a reply of a script or a rule. Where the script leaves the text open, it is
 * the plain server's.
 */
#include "run/serve/mock_impl.h"

/* Returns EHLO's reply without the line that offers STARTTLS. */
static struct span
mock_without_starttls(struct arena *arena, struct span reply)
{
	struct buf b = { .max = reply.len + 2 };
	struct span rest = reply, line;
	size_t last = 0;

	while (span_line(&rest, &line)) {
		struct span text = span_skip(line, 4);
		if (buf_span(&b).len > 0 && span_eq_case(span_word(&text), SPAN("STARTTLS")))
			continue;
		if (buf_span(&b).len > 0)
			buf_append(&b, SPAN("\r\n"));
		last = buf_span(&b).len;
		buf_append(&b, line);
	}
	if (buf_span(&b).len > last + 3)
		b.mem[b.head + last + 3] = ' ';
	struct span all = arena_copy(arena, buf_span(&b));
	buf_release(&b);
	return all;
}

/*
 * A script can offer TLS when this run has none (--tls=off). Then STARTTLS is not offered, unless
 * the script is there to reject it, and a 220 to STARTTLS becomes 454. Within TLS it becomes 503.
 */
static void
mock_keep_promises(struct play *p, struct mta_reply *o)
{
	bool hello = verb_is_ehlo(o->verb);

	if (o->verb == VERB_STARTTLS && span_starts(o->text, SPAN("220")) &&
	    (!session_can_tls(p->m->s) || p->m->d->tls))
		o->text = p->m->d->tls ? SPAN("503 5.5.1 TLS already active") :
					 SPAN("454 4.7.0 TLS not available");
	else if (hello && span_starts(o->text, SPAN("250-")) && !session_can_tls(p->m->s) &&
	    !p->at->refuses_tls)
		o->text = mock_without_starttls(&p->m->outs, o->text);
}

/*
 * Queues the plain server's reply, even if the script has let the client send commands out of
 * sequence.
 */
static void
mock_answers_plainly(struct play *p, const struct act *act)
{
	bool command = act->kind == ACT_COMMAND;
	bool offered = command && plain_offers(p->m, verb_info(act->verb)->extension);

	if (offered && act->verb == VERB_AUTH)
		replies_say(p->m, mta_login_reply(p->m), VERB_AUTH, false);
	else if (offered && act->verb == VERB_XCLIENT)
		plain_answers(p->m, &(struct act){ .kind = ACT_CONNECTED, .verb = VERB_XCLIENT });
	else if (offered && act->verb == VERB_XFORWARD)
		replies_say(p->m, SPAN("250 2.0.0 Ok"), VERB_XFORWARD, false);
	else
		plain_answers(p->m, act);
}

void
mock_grants(struct play *p, const struct act *act)
{
	static const struct span usual[VERB_COUNT] = {
		[VERB_MAIL] = SPAN_INIT("250 2.1.0 Ok"),
		[VERB_RCPT] = SPAN_INIT("250 2.1.5 Ok"),
		[VERB_DATA] = SPAN_INIT("354 Start mail input; end with <CRLF>.<CRLF>"),
		[VERB_RSET] = SPAN_INIT("250 2.0.0 Ok"),
		[VERB_NOOP] = SPAN_INIT("250 2.0.0 Ok"),
		[VERB_QUIT] = SPAN_INIT("221 2.0.0 Bye"),
		[VERB_VRFY] = SPAN_INIT(
		    "252 2.5.2 Cannot VRFY user, but will accept message and attempt delivery"),
	};
	struct mta_reply **at = p->m->out_end;
	unsigned errors = p->m->errors;

	if (act->kind == ACT_COMMAND && verb_is_hello(act->verb)) {
		plain_hello(p->m, act->verb, false);
		return;
	}
	mock_answers_plainly(p, act);
	struct mta_reply *r = *at;
	struct span granted = act->kind == ACT_COMMAND ? usual[act->verb] : SPAN_NONE;
	if (act->kind == ACT_DOT || (act->verb == VERB_BDAT && plain_offers(p->m, "CHUNKING")))
		granted = SPAN("250 2.0.0 Ok");
	if (reply_code(r) < 400 || granted.len == 0)
		return;
	r->text = granted;
	r->then = NULL;
	p->m->errors = errors;
}

void
mock_reply(struct play *p, const struct expect *x, const struct act *act, uint64_t delay_ms,
    const struct fault *then)
{
	struct mta *m = p->m;
	struct err err;

	/*
	 * A bare "250" to EHLO offers nothing. If the script's steps need a keyword, it is offered.
	 */
	bool bare = x && verb_is_ehlo(act->verb) && p->at->also &&
	    x->nlines == 1 && x->line[0].text.n == 0 && x->line[0].ncodes > 0 &&
	    x->line[0].code[0].digit[0] == '2';
	if (x && (x->any || bare)) {
		m->delay_ms = delay_ms ? delay_ms : m->delay_ms;
		if (bare)
			plain_hello(m, act->verb, true);
		else
			mock_answers_plainly(p, act);
		if (then)
			replies_then(m, then);
		return;
	}
	struct mta_reply *r = replies_add(m, act->verb, act->kind == ACT_DOT);
	if (delay_ms)
		r->delay_ms = delay_ms;
	r->then = then;
	r->silent = x == NULL;
	r->own = true;
	if (x && !script_render(x, act->verb, &p->vars, &m->outs, &r->text, &err)) {
		session_fail(m->s, err.kind, "%s", err.text);
		r->text = SPAN("451 4.3.0 Script has no value for this reply");
	}
	if (!r->silent)
		mock_keep_promises(p, r);
	replies_judge(m, r);
}
