/* judge - one MX by the MTA-STS policy of its domain (RFC 8461), and the domain's TLSRPT record. */
#include "base/text.h"
#include "run/probe/judge_impl.h"
#include "run/route/sts.h"

/* What a sender meets is known. A connection that failed before says nothing about TLS. */
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
		[STS_UNKNOWN] = "could not be asked for at _mta-sts.",
		[STS_BAD_RECORD] = "has a record that counts for nothing at _mta-sts.",
		[STS_UNREACHED] = "cannot be had from https://mta-sts.",
		[STS_BAD_POLICY] = "is none at https://mta-sts.",
	};

	if (s->state == STS_UNABLE)
		return arena_printf(
		    &j->r->arena, "the MTA-STS policy is not known: %.*s", SPAN_ARG(s->why));
	return arena_printf(&j->r->arena, "the MTA-STS policy %s%.*s: %.*s", words[s->state],
	    SPAN_ARG(s->domain), SPAN_ARG(s->why));
}

static struct span
why_not_here(struct judgement *j, const struct sts *s, enum sts_verdict verdict)
{
	static const char *const words[] = {
		[STS_NOT_LISTED] = "does not name",
		[STS_NO_TLS] = "wants TLS, which cannot be had at",
		[STS_NOT_VERIFIED] = "wants a certificate that verifies for",
	};

	const struct tls_info *t = j->r->tls;
	struct span cause = verdict != STS_NOT_VERIFIED || !t ?
	    SPAN_NONE :
	    t->nproblems ?
	    judge_problem_text(j, &t->problem[0]) :
	    arena_printf(&j->r->arena, "the certificate was judged for %.*s", SPAN_ARG(t->wanted));
	return arena_printf(&j->r->arena,
	    "the MTA-STS policy (%s) %s %.*s: senders that honour it %s%s%.*s",
	    sts_mode_word(s->policy.mode), words[verdict], SPAN_ARG(j->r->host),
	    s->policy.mode == STS_MODE_ENFORCE ? "do not deliver here" : "report this",
	    cause.len ? "; " : "", SPAN_ARG(cause));
}

static void
judge_policy(struct judgement *j, const struct sts *s)
{
	const struct probe_result *r = j->r;
	struct judge_check *c = judge_add(j, "sts", PHASE_TLS);
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
		    SPAN("the MTA-STS policy asks nothing: its mode is none"));
	else if (verdict == STS_ALLOWS && !tried)
		c->message = SPAN("the MTA-STS policy names this host; of TLS it was not judged");
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
		judge_find(j, judge_add(j, "sts", PHASE_TLS), STATE_UNKNOWN, REASON_STS,
		    SPAN("--sts=require: a host has no MTA-STS policy, its domain has: probe "
			 "@DOMAIN"));
	if (r->tlsrpt.len > 0)
		judge_note(j, "tlsrpt", PHASE_TLS,
		    arena_printf(&j->r->arena, "the TLSRPT record at _smtp._tls.%.*s is none: %.*s",
			SPAN_ARG(r->domain), SPAN_ARG(r->tlsrpt)));
}
