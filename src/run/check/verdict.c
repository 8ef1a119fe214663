/* verdict - what a check found, what to do first, and the conclusion. */
#include "run/check/verdict.h"

#include "base/text.h"
#include "run/check/domain.h"
#include "run/check/verdict_impl.h"

/* ---- findings */

/*
 * Returns the state of a diagnosis in a verdict about the domain: a rejection of this client says
 * nothing about others, and greylisting is a way of accepting mail.
 */
static enum health
state_here(const struct diagnosis *d)
{
	enum concern concern = verdict_concern(d);

	if (d->cause == CAUSE_GREYLISTED || d->cause == CAUSE_POSTSCREEN_TESTS)
		return STATE_OK;
	/* The server is healthy, but this side did not wait long enough. */
	if (d->cause == CAUSE_GREETING_DELAY || d->cause == CAUSE_TARPIT)
		return d->state == STATE_OK ? STATE_OK : STATE_UNKNOWN;
	/* Between mail servers TLS is optional, unless a policy says otherwise. */
	if (d->cause == CAUSE_STARTTLS_MISSING && !check_is_submission(d->place.port))
		return STATE_OK;
	/* A SERVFAIL does not tell whose fault it is. */
	if (d->cause == CAUSE_DNS_SERVER_FAILURE ||
	    (d->state != STATE_OK && (concern == CONCERNS_CLIENT || concern == CONCERNS_SENDER ||
				 concern == CONCERNS_RESOLVER)))
		return STATE_UNKNOWN;
	return d->state;
}

static void
add_finding(struct weighing *w, const struct diagnosis *d, const struct check_host *host,
    const struct check_address *a)
{
	struct span text = diagnosis_sentence(d, w->arena);

	/* What applies to a host is reported once, not for each of its addresses. */
	for (const struct check_finding *o = w->out->findings; o; o = o->next)
		if (o->what->cause == d->cause && o->host == host &&
		    span_eq(diagnosis_sentence(o->what, w->arena), text))
			return;
	struct check_finding *f = ARENA_NEW(w->arena, struct check_finding);
	*f = (struct check_finding){
		.what = d, .host = host, .address = a, .state = state_here(d)
	};
	*w->end = f;
	w->end = &f->next;
}

static unsigned
weight(const struct check_finding *f)
{
	static const unsigned by_state[] = {
		[STATE_OK] = 0, [STATE_UNKNOWN] = 1, [STATE_WARNING] = 2, [STATE_CRITICAL] = 3
	};

	return by_state[f->state] * 2 + !f->what->symptom;
}

/* Sorts findings, the worst first; equal ones stay in the order of the MX. */
static void
sort_findings(struct check_verdict *v)
{
	struct check_finding *sorted = NULL, *next;

	for (struct check_finding *f = v->findings; f; f = next) {
		struct check_finding **at = &sorted;
		next = f->next;
		while (*at && weight(*at) >= weight(f))
			at = &(*at)->next;
		f->next = *at;
		*at = f;
	}
	v->findings = sorted;
}

/*
 * Further looks are guesses, whose failure is no finding: a silent port that does not use TLS
 * either, or a server that is out of step after a failed handshake.
 */
static bool
is_news(const struct check_address *a, const struct check_look *look, const struct diagnosis *d)
{
	if (look->why == CHECK_IMPLICIT && !look->result.tls)
		return false;
	return d->cause != CAUSE_OUT_OF_STEP || !a->look[0].diagnoses;
}

static void
collect(struct weighing *w)
{
	const struct check_address *a;

	for (const struct diagnosis *d = check_domain(w->check, w->arena); d; d = d->next)
		add_finding(w, d, NULL, NULL);
	for (size_t i = 0; (a = verdict_address(w->check, i)); i++)
		for (size_t j = 0; j < a->nlooks; j++)
			for (const struct diagnosis *d = a->look[j].diagnoses; d; d = d->next)
				if (j == 0 || is_news(a, &a->look[j], d))
					add_finding(w, d, a->host, a);
	sort_findings(w->out);
}

/* ---- what to do */

static bool
is_here(enum concern concern)
{
	return concern == CONCERNS_CLIENT || concern == CONCERNS_RESOLVER ||
	    concern == CONCERNS_SENDER || concern == CONCERNS_DIALOGUE ||
	    concern == CONCERNS_MESSAGE;
}

static void
add_step(struct weighing *w, const struct check_finding *f)
{
	struct check_verdict *v = w->out;
	bool here = is_here(verdict_concern(f->what));
	struct span text = diagnosis_next(f->what, here ? FOR_CLIENT : FOR_SERVER, w->arena);

	if (text.len == 0 && !here) {
		here = true;
		text = diagnosis_next(f->what, FOR_CLIENT, w->arena);
	}
	if (text.len == 0 || v->nsteps == CHECK_STEPS_MAX)
		return;
	for (size_t i = 0; i < v->nsteps; i++)
		if (span_eq(v->step[i].text, text))
			return;
	v->step[v->nsteps++] = (struct check_step){ .finding = f, .here = here, .text = text };
}

/*
 * Returns whether a finding needs a step. What stops DANE or MTA-STS senders does, even if it is a
 * symptom of something harmless to others.
 */
static bool
is_a_step(const struct check_finding *f)
{
	enum cause cause = f->what->cause;

	return f->state != STATE_OK &&
	    (!f->what->symptom || cause == CAUSE_DANE_NO_TLS || cause == CAUSE_STS_NO_TLS);
}

/*
 * Returns whether a finding is worth a step although it stops nobody here, such as a certificate
 * between mail servers or a missing TLSRPT record.
 */
static bool
is_worth_a_step(const struct check_verdict *v, const struct check_finding *f)
{
	enum cause cause = f->what->cause;
	struct addr literal;

	/* Missing TLS is covered by the step about what it prevents. */
	for (size_t i = 0; cause == CAUSE_STARTTLS_MISSING && i < v->nsteps; i++) {
		enum cause told = v->step[i].finding->what->cause;
		if (told == CAUSE_PASSWORDS_IN_CLEAR || told == CAUSE_DANE_NO_TLS ||
		    told == CAUSE_STS_NO_TLS)
			return false;
	}
	/* A certificate need not have the address that the user gave. */
	if ((cause == CAUSE_CERT_NAME || cause == CAUSE_CERT_NO_SAN) &&
	    addr_parse(&literal, f->what->place.host, 25))
		return false;
	if (f->state != STATE_OK || f->what->symptom || cause == CAUSE_GREYLISTED ||
	    cause == CAUSE_POSTSCREEN_TESTS)
		return false;
	return cause_row(cause)->state != STATE_OK || cause == CAUSE_STS_NO_TLSRPT ||
	    cause == CAUSE_TLSRPT_RECORD;
}

/* ---- the whole */

static struct span
whose_mail(const struct weighing *w)
{
	const struct check *k = w->check;

	/* the default recipient, postmaster, is not what the check is about */
	if (k->rcpt && (k->opts->rcpt || k->target->sender.len > 0))
		return text_safe(w->arena, span_of(k->rcpt));
	if (k->target->sender.len > 0)
		return text_safe(w->arena, k->target->text);
	return text_safe(w->arena, k->domain.len ? k->domain : k->target->host);
}

/* Returns whether only one of several addresses accepts mail, which the title mentions. */
static bool
is_the_only_one(const struct weighing *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->check->naddresses; i++)
		n += w->out->fate[i] == CHECK_FATE_ACCEPTED ||
		    verdict_greylisting(check_last(verdict_address(w->check, i)));
	return n == 1 && w->check->naddresses > 1;
}

static void
conclude(struct weighing *w)
{
	struct check_verdict *v = w->out;
	const struct check *k = w->check;
	enum check_sender first = k->nhosts && k->host[0].submission ? CHECK_SENDER_CLIENT :
								       CHECK_SENDER_ORDINARY;
	const struct check_class *ordinary = &v->class[first], *sts = &v->class[CHECK_SENDER_STS],
				 *dane = &v->class[CHECK_SENDER_DANE];
	bool warned = false, policy = sts->passage == PASSAGE_NO || dane->passage == PASSAGE_NO;
	struct span mail = whose_mail(w), cause = SPAN_NONE;

	for (const struct check_finding *f = v->findings; f; f = f->next)
		warned |= f->state == STATE_WARNING || f->state == STATE_CRITICAL;
	if (v->findings)
		cause = diagnosis_sentence(v->findings->what, w->arena);
	switch (ordinary->passage) {
	case PASSAGE_YES:
		v->state = policy ? STATE_CRITICAL : warned ? STATE_WARNING : STATE_OK;
		v->title = arena_printf(w->arena, "%.*s: %s%.*s%s%s", SPAN_ARG(mail),
		    first == CHECK_SENDER_CLIENT ? "clients can log in at " :
			is_the_only_one(w)	 ? "only " :
						   "mail is accepted by ",
		    SPAN_ARG(verdict_name(w, ordinary->by)),
		    first != CHECK_SENDER_CLIENT && is_the_only_one(w) ? " accepts mail" : "",
		    !policy ? "" :
			sts->passage == PASSAGE_NO && dane->passage == PASSAGE_NO ?
			      "; MTA-STS and DANE senders defer it, and eventually bounce it" :
			sts->passage == PASSAGE_NO ?
			      "; MTA-STS senders defer it, and eventually bounce it" :
			      "; DANE senders defer it, and eventually bounce it");
		return;
	case PASSAGE_DEFERRED:
		v->state = policy ? STATE_CRITICAL : STATE_WARNING;
		break;
	case PASSAGE_UNKNOWN:
		v->state = STATE_UNKNOWN;
		break;
	default:
		v->state = STATE_CRITICAL;
	}
	v->title = k->naddresses == 0 && cause.len > 0 ?
	    arena_printf(w->arena, "%.*s: %.*s", SPAN_ARG(mail), SPAN_ARG(cause)) :
	    arena_printf(w->arena, "%.*s: %.*s", SPAN_ARG(mail), SPAN_ARG(ordinary->text));
}

void
check_verdict(const struct check *k, struct check_verdict *out, struct arena *arena)
{
	struct weighing w = { .check = k, .out = out, .arena = arena, .end = &out->findings };
	const struct check_address *a;

	*out = (struct check_verdict){ .fate = ARENA_ARRAY(arena, enum check_fate, k->naddresses) };
	if (!k->lookup) {
		out->state = STATE_UNKNOWN;
		out->title = arena_printf(arena, "%.*s: unknown: the lookups were not completed",
		    SPAN_ARG(whose_mail(&w)));
		return;
	}
	if (k->opts->dry_run) {
		out->title = arena_printf(arena, "%.*s: dry run, would connect to %zu address%s",
		    SPAN_ARG(whose_mail(&w)), k->naddresses, k->naddresses == 1 ? "" : "es");
		return;
	}
	for (size_t i = 0; (a = verdict_address(k, i)); i++)
		out->fate[i] = verdict_fate(k, a);
	collect(&w);
	verdict_weigh_senders(&w);
	for (const struct check_finding *f = out->findings; f; f = f->next)
		if (is_a_step(f))
			add_step(&w, f);
	/* If mail does not get through, only what stops it matters. */
	for (const struct check_finding *f = out->findings; f; f = f->next)
		if (out->class[CHECK_SENDER_ORDINARY].passage == PASSAGE_YES &&
		    is_worth_a_step(out, f))
			add_step(&w, f);
	conclude(&w);
}
