/*
 * judge_tls - STARTTLS, the handshake, the certificate, and what DANE and MTA-STS require of them.
 */
#include "base/text.h"
#include "run/probe/judgement_impl.h"
#include "run/route/dane.h"
#include "run/route/sts.h"
#include "run/diagnosis/cert_words.h"
#include "run/diagnosis/diagnose.h"

void
judge_starttls(struct judgement *j)
{
	const struct probe_result *r = j->r;
	bool asked = r->tls_mode == TARGET_TLS_STARTTLS || r->tls_mode == TARGET_TLS_TRY;

	if (!asked || r->tls || !judge_done(j, PHASE_EHLO) || j->p->helo)
		return;
	if (r->ran & 1u << PHASE_STARTTLS) {
		/* Rejected where TLS is optional: the probe went on. */
		const struct reply *reply = r->reply[PHASE_STARTTLS];
		if (r->err != ERR_NONE && r->phase <= PHASE_TLS)
			return;
		if (!reply)
			return;
		struct judge_check *c = judge_add(j);
		c->want = SPAN("220");
		judge_find(j, c, STATE_WARNING, REASON_REPLY,
		    arena_printf(&j->r->arena, "STARTTLS rejected: %.*s",
			SPAN_ARG(judge_reply_text(j, reply))));
		return;
	}
	judge_not_offered(j, judge_add(j));
}

void
judge_not_offered(struct judgement *j, struct judge_check *c)
{
	const struct probe_result *r = j->r;
	enum health state = r->tls_mode == TARGET_TLS_TRY && !j->o->tls_given ? STATE_WARNING :
									       STATE_CRITICAL;
	char host[ADDR_TEXT];
	struct span sentence = !r->elsewhere ?
	    SPAN("STARTTLS is not offered") :
	    arena_printf(&j->r->arena, "STARTTLS is not offered, but is at %s",
		addr_host(r->elsewhere, host));

	judge_find(j, c, state, REASON_TLS_NOT_OFFERED, r->place.len == 0 ? sentence :
	    arena_printf(&j->r->arena, "%.*s: %.*s", SPAN_ARG(r->place), SPAN_ARG(sentence)));
}

static struct span
problem_text(struct judgement *j, const struct tls_problem *bad)
{
	const struct diagnosis *d = diagnose_problem(j->r->tls, bad, &j->r->arena);

	return arena_printf(
	    &j->r->arena, "%.*s (%s)", SPAN_ARG(diagnosis_observed(d, &j->r->arena)), bad->name);
}

void
judge_verify(struct judgement *j)
{
	const struct tls_info *t = j->r->tls;
	const struct tls_problem *bad = NULL;

	if (!t || tls_dane_vouches(t))
		return;
	for (size_t i = 0; i < t->nproblems && !bad; i++)
		if (!tls_problem_is_name(&t->problem[i]))
			bad = &t->problem[i];
	for (size_t i = 0; i < t->nproblems && !bad && j->o->verify != VERIFY_CHAIN; i++)
		bad = &t->problem[i];
	struct judge_check *c = judge_add(j);
	if (!bad)
		return;
	c->got = span_of(bad->name);
	struct span text = problem_text(j, bad);
	if (j->o->verify == VERIFY_OFF)
		c->message = text_safe(&j->r->arena, text);
	else
		judge_find(j, c, judge_lenient(j) ? STATE_WARNING : STATE_CRITICAL,
		    tls_problem_is_name(bad) ? REASON_TLS_NAME : REASON_TLS_VERIFY, text);
}

/*
 * Returns how the server breaks the promise of its TLSA records, even if there was no handshake;
 * NULL: it does not.
 */
static const char *
broken_promise(const struct judgement *j)
{
	const struct probe_result *r = j->r;

	if (r->tls || r->tls_mode == TARGET_TLS_OFF || !tls_dane_requires_tls(r->dane))
		return NULL;
	if (r->err != ERR_NONE && r->phase == PHASE_TLS)
		return "; the TLS handshake failed";
	if (r->ran & 1u << PHASE_STARTTLS)
		return "; STARTTLS was rejected";
	return r->done & 1u << PHASE_EHLO && !j->p->helo ? "; STARTTLS is not offered" : NULL;
}

void
judge_dane(struct judgement *j)
{
	const struct probe_result *r = j->r;
	const struct tls_dane *d = r->dane;
	const char *broken = d ? broken_promise(j) : NULL;
	enum health state = STATE_WARNING;

	/* with --dane=require it ended the probe, which is reported already */
	if (!d || (r->err != ERR_NONE && r->phase == PHASE_TLS && r->tls))
		return;
	if (r->dane_aside && !broken && d->state != DANE_MISMATCHED && d->state != DANE_FAILED)
		return;
	struct judge_check *c = judge_add(j);
	c->got = span_of(dane_state_word(d->state));
	if (!broken &&
	    (d->state == DANE_MATCHED || d->state == DANE_USABLE ||
		(d->state == DANE_NONE && !r->dane_required)))
		return;
	if (broken || r->dane_required || d->state == DANE_MISMATCHED)
		state = STATE_CRITICAL;
	judge_find(j, c, state, REASON_TLS_DANE,
	    arena_printf(&j->r->arena, "DANE: %.*s%s", SPAN_ARG(dane_sentence(d, &j->r->arena)),
		broken ? broken : ""));
}

void
judge_cert_days(struct judgement *j)
{
	static const struct range fourteen = {
		.set = true, .low = 14, .high = 1e300, .text = SPAN_INIT("14:")
	};
	static const struct range three = {
		.set = true, .low = 3, .high = 1e300, .text = SPAN_INIT("3:")
	};
	const struct range *warn = &j->o->warn[METRIC_CERT_DAYS],
			   *crit = &j->o->crit[METRIC_CERT_DAYS];
	bool own = !warn->set && !crit->set;
	const struct tls_info *t = j->r->tls;
	double days;
	int depth = 0;

	if (!judge_metric(j->r, METRIC_CERT_DAYS, &days))
		return;
	if (j->o->days_of_leaf && t->cert[0].not_after != TLS_NO_DATE)
		days = cert_days_left(t->cert[0].not_after);
	else
		tls_ends(t, &depth);
	/* With DANE-EE(3) only the key counts, not the dates (RFC 7672 3.1.1). */
	bool by_key = t->dane && t->dane->match && t->dane->match->record.usage == 3;
	if (own && !j->o->no_cert_days && !by_key) {
		warn = &fourteen;
		crit = &three;
	}
	struct judge_check *c = judge_add(j);
	c->has_value = true;
	c->value = days;
	c->warn = warn->text;
	c->crit = crit->text;
	enum health state = range_alerts(crit, days) ? STATE_CRITICAL :
	    range_alerts(warn, days)		     ? STATE_WARNING :
						       STATE_OK;
	if (own && state == STATE_CRITICAL &&
	    (judge_lenient(j) || j->o->verify == VERIFY_OFF))
		state = STATE_WARNING;
	if (state == STATE_OK)
		return;
	struct span whose = depth == 0 ?
	    SPAN("the certificate") :
	    arena_printf(&j->r->arena, "the certificate of its issuer %.*s",
		SPAN_ARG(cert_name(&j->r->arena, tls_chain(t)->subject)));
	judge_find(j, c, state, REASON_THRESHOLD,
	    arena_printf(&j->r->arena,
		days < 0 ? "%.*s expired %.1f days ago" : "%.*s expires in %.1f days",
		SPAN_ARG(whose), days < 0 ? -days : days));
}

void
judge_auth_in_clear(struct judgement *j)
{
	const struct extensions *e = j->r->clear;

	if (e && extensions_offer(e, "AUTH") && extensions_offer(e, "STARTTLS"))
		judge_note(j, judge_add(j), SPAN("AUTH is offered before TLS"));
}

/* ---- one MX by the MTA-STS policy of its domain (RFC 8461), and the domain's TLSRPT record */

/*
 * Returns whether it is known what TLS a sender would get. A connection that failed earlier says
 * nothing about TLS.
 */
static bool
tls_was_tried(const struct judgement *j)
{
	const struct probe_result *r = j->r;
	bool asked = r->tls_mode == TARGET_TLS_STARTTLS || r->tls_mode == TARGET_TLS_TRY;

	return r->tls || r->ran & 1u << PHASE_TLS ||
	    (asked && r->done & 1u << PHASE_EHLO && !j->p->helo);
}

static struct span
why_no_policy(struct judgement *j, const struct sts *s)
{
	static const char *const words[] = {
		[STS_NONE] = "has no record at _mta-sts.",
		[STS_UNKNOWN] = "could not be looked up at _mta-sts.",
		[STS_BAD_RECORD] = "is not used: invalid record at _mta-sts.",
		[STS_UNREACHED] = "cannot be fetched from https://mta-sts.",
		[STS_BAD_POLICY] = "is invalid at https://mta-sts.",
	};

	if (s->state == STS_UNABLE)
		return arena_printf(
		    &j->r->arena, "the MTA-STS policy is unknown: %.*s", SPAN_ARG(s->why));
	return arena_printf(&j->r->arena, "the MTA-STS policy %s%.*s: %.*s", words[s->state],
	    SPAN_ARG(s->domain), SPAN_ARG(s->why));
}

static struct span
why_not_here(struct judgement *j, const struct sts *s, enum sts_verdict verdict)
{
	static const char *const words[] = {
		[STS_NOT_LISTED] = "does not list",
		[STS_NO_TLS] = "requires TLS, which cannot be used at",
		[STS_NOT_VERIFIED] = "requires a certificate that verifies for",
	};

	const struct tls_info *t = j->r->tls;
	struct span cause = verdict != STS_NOT_VERIFIED || !t ? SPAN_NONE :
	    t->nproblems				      ? problem_text(j, &t->problem[0]) :
			   arena_printf(&j->r->arena, "the certificate was verified for %.*s",
			       SPAN_ARG(t->wanted));
	return arena_printf(&j->r->arena, "the MTA-STS policy (%s) %s %.*s%s%.*s",
	    sts_mode_word(s->policy.mode), words[verdict], SPAN_ARG(j->r->host),
	    cause.len ? "; " : "", SPAN_ARG(cause));
}

static void
judge_policy(struct judgement *j, const struct sts *s)
{
	const struct probe_result *r = j->r;
	struct judge_check *c = judge_add(j);
	bool tried = tls_was_tried(j), require = j->o->sts == JUDGE_STS_REQUIRE;
	enum sts_verdict verdict = sts_judge(s, r->host, !tried || r->tls,
	    !tried || (r->tls && r->tls->verified && span_eq_case(r->tls->wanted, r->host)));
	enum health soft = require ? STATE_CRITICAL : STATE_WARNING;

	c->got = span_of(
	    s->state == STS_FOUND ? sts_verdict_word(verdict) : sts_state_word(s->state));
	if (s->state == STS_NONE && !require)
		c->message = text_safe(&j->r->arena, why_no_policy(j, s));
	else if (s->state == STS_UNABLE)
		judge_find(j, c, STATE_UNKNOWN, REASON_INTERNAL, why_no_policy(j, s));
	else if (s->state != STS_FOUND)
		judge_find(j, c, soft, REASON_STS, why_no_policy(j, s));
	else if (verdict == STS_NO_OPINION && require)
		judge_find(j, c, soft, REASON_STS,
		    SPAN("the MTA-STS policy requires nothing: its mode is none"));
	else if (verdict == STS_ALLOWS && !tried)
		c->message = SPAN(
		    "the MTA-STS policy lists this host; TLS was not checked against it");
	else if (verdict != STS_NO_OPINION && verdict != STS_ALLOWS)
		judge_find(j, c, s->policy.mode == STS_MODE_ENFORCE ? STATE_CRITICAL : soft,
		    REASON_STS, why_not_here(j, s, verdict));
}

void
judge_sts(struct judgement *j)
{
	const struct probe_result *r = j->r;

	if (r->sts)
		judge_policy(j, r->sts);
	else if (j->o->sts == JUDGE_STS_REQUIRE && r->domain.len == 0)
		judge_find(j, judge_add(j), STATE_UNKNOWN, REASON_STS,
		    SPAN("--sts=require: a host has no MTA-STS policy, only its domain: probe "
			 "@DOMAIN"));
}

void
judge_tlsrpt(struct judgement *j)
{
	const struct probe_result *r = j->r;

	if (r->tlsrpt.len > 0)
		judge_note(j, judge_add(j),
		    arena_printf(&j->r->arena,
			"the TLSRPT record at _smtp._tls.%.*s is invalid: %.*s",
			SPAN_ARG(r->domain), SPAN_ARG(r->tlsrpt)));
}
