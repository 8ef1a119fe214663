/* judge - judges a probe's result: the table of rules, and the rules about how it ended. */
#include "run/diagnosis/diagnose.h"
#include "run/probe/facts.h"
#include "run/probe/judgement_impl.h"

#include <errno.h>

#include "base/text.h"

static enum probe_reason
reason_of_resolve(const struct probe_result *r)
{
	static const enum probe_reason reasons[] = {
		[CAUSE_NO_NAME] = REASON_RESOLVE_NXDOMAIN,
		[CAUSE_NO_ADDRESS] = REASON_NO_ADDRESS,
		[CAUSE_NO_MAIL] = REASON_NULL_MX,
		[CAUSE_SERVFAIL] = REASON_RESOLVE_SERVFAIL,
		[CAUSE_DNS_REFUSED] = REASON_RESOLVE_REFUSED,
		[CAUSE_NO_ANSWER] = REASON_RESOLVE_TIMEOUT,
		[CAUSE_DNS_UNUSABLE] = REASON_MALFORMED,
		[CAUSE_ALIAS_LOOP] = REASON_NO_ADDRESS,
	};

	if (r->cause < sizeof reasons / sizeof *reasons && reasons[r->cause] != REASON_NONE)
		return reasons[r->cause];
	return r->err == ERR_TIMEOUT ? REASON_RESOLVE_TIMEOUT : REASON_INTERNAL;
}

/* ---- what ended the probe */

bool
judge_skips(const struct probe_result *r)
{
	return r->err != ERR_NONE && r->phase == PHASE_CONNECT && addr_family(&r->addr) == 6 &&
	    (r->sys == ENETUNREACH || r->sys == EADDRNOTAVAIL || r->sys == EAFNOSUPPORT);
}

static void
judge_connect(struct judgement *j, struct judge_check *c)
{
	const struct probe_result *r = j->r;
	enum probe_reason reason = r->err == ERR_TIMEOUT || r->sys == ETIMEDOUT ?
	    REASON_CONNECT_TIMEOUT :
	    r->sys == ECONNREFUSED ? REASON_CONNECT_REFUSED :
	    r->err == ERR_USAGE	   ? REASON_NOT_ALLOWED :
	    r->err == ERR_SYSTEM   ? REASON_INTERNAL :
				     REASON_CONNECT_UNREACHABLE;

	if (judge_skips(r)) {
		j->v->skipped = true;
		judge_find(j, c, STATE_UNKNOWN, reason,
		    arena_printf(&j->r->arena, "skipped: this machine has no route for IPv6"));
		return;
	}
	char place[ADDR_TEXT];
	struct span text = r->text, own = span_of(addr_text(&r->addr, place)),
		    prefix = SPAN("connection failed: ");
	if (span_starts(text, prefix))		/* the prefix of a script's errors */
		text = span_skip(text, prefix.len);
	if (own.len > 0 && span_starts(text, own))
		/* the output has the address beside the message */
		text = span_skip(text, own.len + 2);
	judge_find(j, c,
	    reason == REASON_INTERNAL || reason == REASON_NOT_ALLOWED ? STATE_UNKNOWN :
									STATE_CRITICAL,
	    reason,
	    !r->late ? text :
		       judge_spent(j,
			   arena_printf(&j->r->arena, "%.*s: nothing answered", SPAN_ARG(text))));
}

/*
 * Returns the reason by what the reply says first; ASSERTION: only the script's expectation failed.
 */
static enum probe_reason
reason_of_reply(const struct probe_result *r, const struct reply *reply)
{
	unsigned class = reply->code / 100;

	if (reply->flaws & (REPLY_NO_CODE | REPLY_BAD_CODE | REPLY_MIXED))
		return REASON_MALFORMED;
	if (reply->code == 421)
		return REASON_RATE_LIMITED;
	if (class == 4)
		return REASON_REPLY;
	if (!r->refused)
		return REASON_ASSERTION;
	return class != 5 ? REASON_UNEXPECTED : r->phase == PHASE_AUTH ? REASON_AUTH : REASON_REPLY;
}

static enum probe_reason
reason_of_line(const struct probe_result *r)
{
	switch (r->err) {
	case ERR_USAGE: case ERR_SYSTEM:
		return REASON_INTERNAL;
	case ERR_TLS:			/* a secret that must not be sent in cleartext */
		return REASON_AUTH;
	case ERR_PROTO:
		return REASON_UNEXPECTED;
	default:
		return REASON_ASSERTION;
	}
}

/* Judges a failed line of a script. A temporary failure is judged as without a script. */
static void
judge_script_line(struct judgement *j, struct judge_check *c, const struct reply *reply)
{
	struct probe_result *r = j->r;
	enum probe_reason reason = reply ? reason_of_reply(r, reply) : reason_of_line(r);
	bool temporary = reason == REASON_RATE_LIMITED ||
	    (reason == REASON_REPLY && reply->code / 100 == 4);

	if (r->cause == CAUSE_NOT_OFFERED) {
		judge_not_offered(j, c);
		return;
	}
	if (reply)
		c->got = arena_printf(&r->arena, "%u", reply->code);
	judge_find(j, c,
	    reason == REASON_INTERNAL		      ? STATE_UNKNOWN :
		temporary && !j->o->tempfail_critical ? STATE_WARNING :
							STATE_CRITICAL,
	    reason,
	    arena_printf(&r->arena, reply ? "%.*s: %.*s: %.*s" : "%.*s: %.*s%.*s",
		SPAN_ARG(r->place), SPAN_ARG(r->text),
		SPAN_ARG(reply ? judge_reply_text(j, reply) : SPAN_NONE)));
}

static void
judge_failure(struct judgement *j)
{
	struct probe_result *r = j->r;
	const struct reply *reply = r->reply[r->phase];

	if (r->err == ERR_NONE)
		return;
	if (!r->out_of_step && r->phase == PHASE_BANNER && reply && judge_banner_expected(j, reply))
		return;
	struct judge_check *c = judge_add_as(j, phase_word(r->phase), r->phase);

	if (r->out_of_step)
		judge_find(j, c, STATE_CRITICAL, REASON_UNEXPECTED, r->text);
	else if (r->phase == PHASE_RESOLVE)
		judge_find(j, c,
		    r->err == ERR_SYSTEM || r->err == ERR_USAGE ? STATE_UNKNOWN : STATE_CRITICAL,
		    reason_of_resolve(r), r->text);
	else if (r->place.len > 0 && (r->err == ERR_USAGE || r->err == ERR_SYSTEM))
		judge_script_line(j, c, reply);
	else if (r->phase == PHASE_CONNECT)
		judge_connect(j, c);
	else if (r->cause == CAUSE_INJECTED)
		judge_find(j, c, STATE_CRITICAL, REASON_INJECTION, r->text);
	else if (r->eof && !reply)
		judge_close(j, c);
	else if (r->err == ERR_TIMEOUT)
		judge_timeout(j, c);
	else if (r->place.len > 0 && r->phase != PHASE_TLS)
		judge_script_line(j, c, reply);
	else if (reply ? reply->flaws & REPLY_NO_CODE && r->text.len > 0 :
			 r->err == ERR_PROTO && r->phase != PHASE_AUTH)
		judge_find(j, c, STATE_CRITICAL, REASON_MALFORMED, r->text);
	else if (r->phase == PHASE_TLS && r->tls && r->tls->dane && !tls_dane_vouches(r->tls))
		judge_find(j, c, STATE_CRITICAL, REASON_TLS_DANE, r->text);
	else if (r->phase == PHASE_TLS && r->err != ERR_USAGE && r->err != ERR_SYSTEM)
		judge_find(j, c, judge_lenient(j) ? STATE_WARNING : STATE_CRITICAL,
		    REASON_TLS_HANDSHAKE, r->text);
	else if (r->err == ERR_TLS && r->alert)	/* with TLS 1.3, after the handshake */
		judge_find(j, c, STATE_CRITICAL, REASON_TLS_HANDSHAKE, r->text);
	else if (reply &&
	    (r->text.len == 0 ||
		r->phase == PHASE_BANNER)) /* a banner may have a remark as well */
		judge_reply(j, c, reply);
	else /* the server's fault, or the caller's: no password, a missing library */
		judge_find(j, c,
		    r->err == ERR_SYSTEM || r->err == ERR_USAGE ? STATE_UNKNOWN : STATE_CRITICAL,
		    r->phase == PHASE_AUTH ? REASON_AUTH : REASON_INTERNAL, r->text);
	if (!r->fate_unknown)
		return;
	c->state = STATE_CRITICAL;		/* whatever the cause */
	c->message = arena_printf(
	    &r->arena, "message status unknown (RFC 1047): %.*s", SPAN_ARG(c->message));
	j->v->state = judge_worse(j->v->state, STATE_CRITICAL);
}

/* ---- what went through, and may still be wrong */

/*
 * Reports flawed replies. Those on which clients disagree are warnings, except for check_smtp
 * (as_received), which accepts them all.
 */
static void
judge_flaws(struct judgement *j)
{
	const unsigned breaking = REPLY_BARE_LF | REPLY_NUL | REPLY_BAD_SEPARATOR |
	    REPLY_CODES_DIFFER | REPLY_MIXED | REPLY_NO_CODE | REPLY_UNFINISHED;

	for (unsigned p = 0; p < PHASE_COUNT; p++) {
		const struct reply *r = j->r->reply[p];
		unsigned left = r ? r->flaws : 0;
		const struct reply_flaw_info *flaw;
		while ((flaw = reply_flaw_next(&left))) {
			struct span text = arena_printf(&j->r->arena, "in %s %s (%s)",
			    judge_reply_of(j, (enum probe_phase)p), flaw->text, flaw->rfc);
			struct judge_check *c = judge_add_as(j, flaw->word, (enum probe_phase)p);
			if (flaw->flaw & breaking && !j->o->as_received)
				judge_find(j, c, STATE_WARNING, REASON_MALFORMED, text);
			else
				judge_note(j, c, text);
		}
	}
}

static void
judge_phases(struct judgement *j)
{
	for (enum probe_phase p = PHASE_CONNECT; p < PHASE_QUIT; p++)
		if (judge_done(j, p))
			judge_add_as(j, phase_word(p), p);
}

static void
judge_route(struct judgement *j)
{
	for (size_t i = 0; i < j->r->nnotes; i++)
		judge_remark(j, judge_add(j), j->r->note[i]);
}

static void
judge_left_out(struct judgement *j)
{
	if (j->r->left_out.len > 0)
		judge_note(j, judge_add(j),
		    arena_printf(&j->r->arena, "omitted: %.*s", SPAN_ARG(j->r->left_out)));
}

/* ---- why */

/* The ranges of causes that fit a check's reason; a reason without a row fits any cause. */
static const struct {
	enum probe_reason reason;
	enum cause from, to;
} causes[] = {
	{ REASON_TLS_VERIFY, CAUSE_CERT_EXPIRED, CAUSE_NO_TRUST_STORE },
	{ REASON_TLS_NAME, CAUSE_CERT_EXPIRED, CAUSE_NO_TRUST_STORE },
	{ REASON_THRESHOLD, CAUSE_CERT_EXPIRED, CAUSE_CERT_EXPIRES },
	{ REASON_TLS_DANE, CAUSE_DANE_MISMATCH, CAUSE_DANE_UNKNOWN },
	{ REASON_STS, CAUSE_STS_RECORD, CAUSE_STS_NO_TLSRPT },
	{ REASON_TLS_NOT_OFFERED, CAUSE_STARTTLS_MISSING, CAUSE_STARTTLS_TAKEN },
	{ REASON_TLS_NOT_OFFERED, CAUSE_GREETING_MASKED, CAUSE_STARTTLS_STRIPPED },
	{ REASON_TLS_HANDSHAKE, CAUSE_TLS_NOTHING_SHARED, CAUSE_TLS_FAILED },
	{ REASON_TLS_HANDSHAKE, CAUSE_CLEAR_PORT, CAUSE_CLEAR_PORT },
	{ REASON_MALFORMED, CAUSE_REPLY_MALFORMED, CAUSE_REPLY_FLAWED },
	{ REASON_MALFORMED, CAUSE_NOT_SMTP, CAUSE_MAILBOX_SERVER },
	{ REASON_MALFORMED, CAUSE_TLS_PORT, CAUSE_TLS_PORT },
	{ REASON_MALFORMED, CAUSE_DNS_MALFORMED, CAUSE_DNS_MALFORMED },
};

static bool
judge_is_cause_of(const struct diagnosis *d, enum probe_reason reason)
{
	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
		if (causes[i].reason == reason && d->cause >= causes[i].from &&
		    d->cause <= causes[i].to)
			return true;
	return false;
}

static bool
judge_has_causes(enum probe_reason reason)
{
	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
		if (causes[i].reason == reason)
			return true;
	return false;
}

/*
 * Returns the diagnosis of the worst check; NULL: none, or it is an unmet expectation of the
 * user's.
 */
static const struct diagnosis *
judge_why(struct judgement *j, const struct judge_check *worst)
{
	struct probe_result *r = j->r;
	const struct reply *reply = r->reply[worst->phase];
	struct facts f;

	if (worst->reason == REASON_ASSERTION || worst->reason == REASON_INTERNAL ||
	    worst->reason == REASON_NOT_ALLOWED || j->v->skipped)
		return NULL;
	probe_facts(r, j->p, j->o, &f);
	f.starttls_wanted |= r->tls_mode == TARGET_TLS_TRY;
	f.days_warning = r->tls ? 14 : 0;
	f.dane_matters = worst->reason == REASON_TLS_DANE;
	if (reply && reply->code / 100 >= 4) {
		f.reply = reply;
		f.stage = probe_stage(worst->phase);
		if (r->line_phase != worst->phase)
			f.sent = f.mechanism = SPAN_NONE;
	}
	const struct diagnosis *all = diagnose(&f, &r->arena), *d = all;
	if (!judge_has_causes(worst->reason))
		return all;
	while (d && !judge_is_cause_of(d, worst->reason))
		d = d->next;
	/* Passwords in cleartext are worse than mail in cleartext, and the remedy is the same. */
	for (const struct diagnosis *p = d && d->cause == CAUSE_STARTTLS_MISSING ? d : NULL; p;
	    p = p->next)
		if (p->cause == CAUSE_PASSWORDS_IN_CLEAR)
			return p;
	return d;
}

/* ---- the table of rules, in order; the first check of the worst state is the verdict */

static const struct judge_rule rules[] = {
	{ NULL, 0, judge_phases },
	{ "dane", PHASE_TLS, judge_dane },
	{ NULL, 0, judge_failure },
	{ "quit", PHASE_QUIT, judge_farewell },
	{ "starttls", PHASE_STARTTLS, judge_starttls },
	{ "verify", PHASE_TLS, judge_verify },
	{ "cert_days", PHASE_TLS, judge_cert_days },
	{ "auth_in_clear", PHASE_EHLO, judge_auth_in_clear },
	{ "sts", PHASE_TLS, judge_sts },
	{ "tlsrpt", PHASE_TLS, judge_tlsrpt },
	{ "greeting", PHASE_BANNER, judge_greeting },
	{ "expect_banner", PHASE_BANNER, judge_expect_banner },
	{ "expect_ptr", PHASE_BANNER, judge_ptr },
	{ "require_ext", PHASE_EHLO, judge_require_ext },
	{ "expect_ext", PHASE_EHLO, judge_expect_ext },
	{ "forbid_ext", PHASE_EHLO, judge_forbid_ext },
	{ "expect_ext_set", PHASE_EHLO, judge_expect_ext_set },
	{ "command", PHASE_RCPT, judge_line_replies },
	{ NULL, 0, judge_thresholds },
	{ "quit", PHASE_QUIT, judge_quit },
	{ "greet_pause", PHASE_BANNER, judge_greet_pause },
	{ NULL, 0, judge_slowness },
	{ "route", PHASE_RESOLVE, judge_route },
	{ "script", PHASE_CONNECT, judge_left_out },
	{ NULL, 0, judge_flaws },
};

void
judge(const struct judge_opts *o, const struct probe_opts *p, struct probe_result *r,
    struct finding *v)
{
	struct judgement j = { .o = o, .p = p, .r = r, .v = v, .end = &v->checks };

	*v = (struct finding){ .state = STATE_OK };
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		j.rule = &rules[i];
		j.rule->fn(&j);
	}
	for (const struct judge_check *c = v->checks; c; c = c->next)
		if (c->state != STATE_OK && c->state == v->state && !v->worst)
			v->worst = c;
	if (v->worst)
		v->diagnosis = judge_why(&j, v->worst);
}
