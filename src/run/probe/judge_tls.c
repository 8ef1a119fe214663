/* judge - STARTTLS, the handshake, the certificate. */
#include <time.h>

#include "base/text.h"
#include "run/route/dane.h"
#include "run/session/cert_words.h"
#include "run/probe/judge_impl.h"

bool
judge_lenient(const struct judgement *j)
{
	return j->r->tls_mode == TARGET_TLS_TRY && !j->o->tls_said &&
	    j->o->verify == JUDGE_VERIFY_UNSAID;
}

/* A middle box overwrites the keyword with X: "250-XXXXXXXA". */
static bool
is_overwritten(const struct extensions *e)
{
	for (size_t i = 0; i < e->n; i++)
		if (span_starts_case(e->list[i].keyword, SPAN("XXXXXXX")) &&
		    e->list[i].keyword.len <= 9)
			return true;
	return false;
}

static void
judge_offer(struct judgement *j)
{
	const struct probe_result *r = j->r;
	bool asked = r->tls_mode == TARGET_TLS_STARTTLS || r->tls_mode == TARGET_TLS_TRY;

	if (!asked || r->tls || !(r->done & 1u << PHASE_EHLO) || j->p->helo)
		return;
	if (r->ran & 1u << PHASE_STARTTLS) {
		/* Refused where it was only tried: the probe went on. */
		const struct reply *reply = r->reply[PHASE_STARTTLS];
		if (r->err != ERR_NONE && r->phase <= PHASE_TLS)
			return;
		if (!reply)
			return;
		struct judge_check *c = judge_add(j, "starttls", PHASE_STARTTLS);
		c->want = SPAN("220");
		judge_find(j, c, STATE_WARNING, REASON_REPLY,
		    arena_printf(&j->r->arena, "STARTTLS refused: %.*s",
			SPAN_ARG(judge_reply_text(j, reply))));
		return;
	}
	judge_not_offered(j, judge_add(j, "starttls", PHASE_STARTTLS));
}

static bool
was_recorded(const char *set)
{
	struct span rest = span_of(set ? set : ""), line;

	while (span_line(&rest, &line))
		if (span_eq_case(span_trim(line), SPAN("STARTTLS")))
			return true;
	return false;
}

static struct span
why_not_offered(struct judgement *j)
{
	const struct probe_result *r = j->r;
	char host[ADDR_TEXT];

	if (r->clear && is_overwritten(r->clear))
		return SPAN("STARTTLS was stripped on the way: something overwrote it with X (the "
			    "SMTP inspection of a firewall? turn it "
			    "off there)");
	if (r->elsewhere)
		return arena_printf(&j->r->arena,
		    "STARTTLS is not offered, and %s, of the same name, offers it: taken away on "
		    "this way, "
		    "or two servers",
		    addr_host(r->elsewhere, host));
	if (was_recorded(j->o->ext_set))
		return SPAN("STARTTLS is not offered, and was when the extensions were recorded: "
			    "taken away on the way, or turned off");
	return SPAN("STARTTLS is not offered");
}

void
judge_not_offered(struct judgement *j, struct judge_check *c)
{
	const struct probe_result *r = j->r;
	enum health state = r->tls_mode == TARGET_TLS_TRY && !j->o->tls_said ? STATE_WARNING :
									       STATE_CRITICAL;
	struct span sentence = why_not_offered(j);

	judge_find(j, c, state, REASON_TLS_NOT_OFFERED, r->place.len == 0 ? sentence :
	    arena_printf(&j->r->arena, "%.*s: %.*s", SPAN_ARG(r->place), SPAN_ARG(sentence)));
}

struct span
judge_problem_text(struct judgement *j, const struct tls_problem *bad)
{
	const struct tls_info *t = j->r->tls;
	const char *next;

	if (tls_problem_is_name(bad))
		return arena_printf(&j->r->arena, "the certificate is %.*s",
		    SPAN_ARG(cert_mismatch(&j->r->arena, t)));
	return arena_printf(&j->r->arena, "the certificate does not verify: %.*s (%s)",
	    SPAN_ARG(cert_problem(&j->r->arena, t, bad, &next)), bad->name);
}

static void
judge_chain(struct judgement *j)
{
	const struct tls_info *t = j->r->tls;
	const struct tls_problem *bad = NULL;

	for (size_t i = 0; i < t->nproblems && !bad; i++)
		if (!tls_problem_is_name(&t->problem[i]))
			bad = &t->problem[i];
	for (size_t i = 0; i < t->nproblems && !bad && j->o->verify != JUDGE_VERIFY_CHAIN; i++)
		bad = &t->problem[i];
	struct judge_check *c = judge_add(j, "verify", PHASE_TLS);
	if (!bad)
		return;
	c->got = span_of(bad->name);
	struct span text = judge_problem_text(j, bad);
	if (j->o->verify == JUDGE_VERIFY_OFF)
		c->message = text_safe(&j->r->arena, text);
	else
		judge_find(j, c, judge_lenient(j) ? STATE_WARNING : STATE_CRITICAL,
		    tls_problem_is_name(bad) ? REASON_TLS_NAME : REASON_TLS_VERIFY, text);
}

/*
 * What the records promise is compared with what the server did, also where no handshake came
 * about.
 */
static const char *
broken_promise(const struct judgement *j)
{
	const struct probe_result *r = j->r;

	if (r->tls || r->tls_mode == TARGET_TLS_OFF || !tls_dane_requires_tls(r->dane))
		return NULL;
	if (r->err != ERR_NONE && r->phase == PHASE_TLS)
		return "; the TLS handshake failed, so senders with DANE defer mail";
	if (r->ran & 1u << PHASE_STARTTLS)
		return "; STARTTLS is rejected, so senders with DANE defer mail";
	return r->done & 1u << PHASE_EHLO && !j->p->helo ?
	    "; STARTTLS is not offered, so senders with DANE defer mail" :
	    NULL;
}

void
judge_dane(struct judgement *j)
{
	const struct probe_result *r = j->r;
	const struct tls_dane *d = r->dane;
	const char *broken = d ? broken_promise(j) : NULL;
	enum health state = STATE_WARNING;

	/* required, it ended the probe, which is said */
	if (!d || (r->err != ERR_NONE && r->phase == PHASE_TLS && r->tls))
		return;
	struct judge_check *c = judge_add(j, "dane", PHASE_TLS);
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

static void
judge_days(struct judgement *j)
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
	/* With DANE-EE(3) the key is what counts, and dates do not (RFC 7672 3.1.1). */
	bool by_key = t->dane && t->dane->match && t->dane->match->record.usage == 3;
	if (own && !j->o->no_cert_days && !by_key) {
		warn = &fourteen;
		crit = &three;
	}
	struct judge_check *c = judge_add(j, "cert_days", PHASE_TLS);
	c->has_value = true;
	c->value = days;
	c->warn = warn->text;
	c->crit = crit->text;
	enum health state = range_alerts(crit, days) ? STATE_CRITICAL :
	    range_alerts(warn, days)		     ? STATE_WARNING :
						       STATE_OK;
	if (own && state == STATE_CRITICAL &&
	    (judge_lenient(j) || j->o->verify == JUDGE_VERIFY_OFF))
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

static void
judge_clear_auth(struct judgement *j)
{
	const struct extensions *e = j->r->clear;

	if (e && extensions_offer(e, "AUTH") && extensions_offer(e, "STARTTLS"))
		judge_note(j, "auth_in_clear", PHASE_EHLO,
		    SPAN("AUTH is offered before TLS: passwords may travel in the clear"));
}

void
judge_tls(struct judgement *j)
{
	judge_offer(j);
	if (j->r->tls) {
		if (!tls_dane_vouches(j->r->tls))
			judge_chain(j);
		judge_days(j);
	}
	judge_clear_auth(j);
}
