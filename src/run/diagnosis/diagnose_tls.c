/* diagnose_tls - handshakes, certificates, and the policies that make them matter. */
#include "base/ascii.h"
#include "net/tls_words.h"
#include "run/diagnosis/cert_words.h"
#include "run/diagnosis/diagnose_impl.h"

/* ---- the handshake */

static const struct {
	unsigned alert;
	enum cause cause;
} alerts[] = {
	{ 0, CAUSE_NONE }, /* close_notify: not a failure */
	{ 40, CAUSE_TLS_NOTHING_SHARED },
	{ 42, CAUSE_TLS_CLIENT_CERT_REJECTED },
	{ 43, CAUSE_TLS_CLIENT_CERT_REJECTED },
	{ 44, CAUSE_TLS_CLIENT_CERT_REJECTED },
	{ 45, CAUSE_TLS_CLIENT_CERT_REJECTED },
	{ 46, CAUSE_TLS_CLIENT_CERT_REJECTED },
	{ 48, CAUSE_TLS_CLIENT_CERT_REJECTED },
	{ 49, CAUSE_TLS_CLIENT_CERT_REJECTED },
	{ 70, CAUSE_TLS_VERSION },
	{ 71, CAUSE_TLS_NOTHING_SHARED },
	{ 80, CAUSE_TLS_SERVER_ERROR },
	{ 90, CAUSE_NONE },
	{ 100, CAUSE_NONE },
	{ 112, CAUSE_TLS_NAME_UNKNOWN },
	{ 116, CAUSE_TLS_CLIENT_CERT },
};

enum cause
alert_cause(unsigned alert)
{
	for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
		if (alerts[i].alert == alert)
			return alerts[i].cause;
	return CAUSE_TLS_ALERT;
}

void
diagnose_handshake(struct diagnosing *x)
{
	const struct facts *f = x->f;
	static const enum cause causes[] = {
		[SHAKE_UNKNOWN] = CAUSE_TLS_FAILED,
		[SHAKE_NOTHING_SHARED] = CAUSE_TLS_NOTHING_SHARED,
		[SHAKE_OLD_VERSION] = CAUSE_TLS_VERSION,
		[SHAKE_WEAK] = CAUSE_TLS_WEAK,
		[SHAKE_RENEGOTIATION] = CAUSE_TLS_RENEGOTIATION,
		[SHAKE_CLEARTEXT] = CAUSE_TLS_CLEARTEXT,
		[SHAKE_CLOSED] = CAUSE_TLS_CLOSED,
		[SHAKE_RESET] = CAUSE_TLS_CLOSED,
	};

	if (f->end != END_TLS_FAILED && f->handshake == SHAKE_UNKNOWN)
		return;
	enum cause alert = alert_cause(f->alert);
	enum cause cause = f->handshake == SHAKE_ALERT	       ? (alert ? alert : CAUSE_TLS_ALERT) :
	    f->handshake == SHAKE_CLEARTEXT && f->implicit_tls ? CAUSE_CLEAR_PORT :
								 causes[f->handshake];
	struct diagnosis *d = diagnosing_add(x, cause, AT_TLS);
	if (f->handshake == SHAKE_ALERT) {
		const struct alert_info *info = alert_info(f->alert);
		d->field[FIELD_WHAT] = cause == CAUSE_TLS_VERSION ?
		    SPAN_NONE :
		    arena_printf(
			x->arena, "%u, %s", f->alert, info ? info->name : "not registered");
		diagnosis_set(d, FIELD_NAME, f->host, x->arena);
	} else if (f->handshake == SHAKE_OLD_VERSION && f->version.len > 0) {
		diagnosis_set(d, FIELD_WHAT,
		    arena_printf(x->arena, "TLS %.*s", SPAN_ARG(span_first(f->version, 20))),
		    x->arena);
	} else if (f->handshake == SHAKE_CLEARTEXT) {
		diagnosis_set(d, FIELD_OCTETS, span_trim(span_first(f->octets, 60)), x->arena);
	} else {
		diagnosis_set(d, FIELD_WHAT, f->handshake_text, x->arena);
	}
	if (f->verify && d->state == STATE_WARNING)
		d->state = STATE_CRITICAL;
}

/* ---- the certificate */

#define V(x) SPAN_INIT("X509_V_ERR_" x)
static const struct {
	struct span name;
	enum cause cause;
} problems[] = {
	{ V("CERT_HAS_EXPIRED"), CAUSE_CERT_EXPIRED },
	{ V("CERT_NOT_YET_VALID"), CAUSE_CERT_NOT_YET_VALID },
	{ V("DEPTH_ZERO_SELF_SIGNED_CERT"), CAUSE_CERT_SELF_SIGNED },
	{ V("SELF_SIGNED_CERT_IN_CHAIN"), CAUSE_CERT_PRIVATE_CA },
	{ V("UNABLE_TO_GET_ISSUER_CERT"), CAUSE_CERT_PRIVATE_CA },
	{ V("UNABLE_TO_GET_ISSUER_CERT_LOCALLY"), CAUSE_CERT_INTERMEDIATE },
	{ V("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), CAUSE_CERT_INTERMEDIATE },
	{ V("CERT_UNTRUSTED"), CAUSE_CERT_PRIVATE_CA },
	{ V("CERT_REVOKED"), CAUSE_CERT_REVOKED },
	{ V("INVALID_PURPOSE"), CAUSE_CERT_PURPOSE },
	{ V("EE_KEY_TOO_SMALL"), CAUSE_CERT_WEAK },
	{ V("CA_KEY_TOO_SMALL"), CAUSE_CERT_WEAK },
	{ V("CA_MD_TOO_WEAK"), CAUSE_CERT_WEAK },
	{ V("HOSTNAME_MISMATCH"), CAUSE_CERT_NAME },
	{ V("IP_ADDRESS_MISMATCH"), CAUSE_CERT_NAME },
	{ V("DANE_NO_MATCH"), CAUSE_DANE_MISMATCH },
};
#undef V

enum cause
verify_cause(struct span name)
{
	for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
		if (span_eq(name, problems[i].name))
			return problems[i].cause;
	return CAUSE_CERT_INVALID;
}

static enum cause
cause_of_problem(const struct tls_info *t, const struct tls_problem *p)
{
	if (tls_problem_is_issuer(p) && t->no_trust.len > 0)
		return t->ca_given ? CAUSE_NO_CA_LINKS : CAUSE_NO_TRUST_STORE;
	if (tls_problem_is_name(p))
		return t->name == TLS_NAME_NO_SAN || t->name == TLS_NAME_BAD_SAN ?
		    CAUSE_CERT_NO_SAN :
		    t->name == TLS_NAME_LABELS || t->name == TLS_NAME_PARTIAL ?
		    CAUSE_CERT_WILDCARD :
		    CAUSE_CERT_NAME;
	enum cause cause = verify_cause(span_of(p->name));
	return cause == CAUSE_CERT_INTERMEDIATE && (t->ncerts > 1 || p->depth > 0) ?
	    CAUSE_CERT_PRIVATE_CA :
	    cause;
}

static struct span
days_text(long days, struct arena *arena)
{
	if (days <= 0)
		return SPAN("less than a day");
	return arena_printf(arena, "%ld day%s", days, days == 1 ? "" : "s");
}

static void
set_dates(struct diagnosis *d, const struct tls_info *t, const struct tls_problem *p, bool end,
    struct arena *arena)
{
	const struct tls_cert *c = NULL;
	char date[16];

	for (size_t i = 0; i < t->ncerts && !c; i++)
		if (span_eq(t->cert[i].subject, p->subject))
			c = &t->cert[i];
	if (p->depth > 0)
		diagnosis_set(d, FIELD_WHAT,
		    arena_printf(arena, "its issuer %.*s", SPAN_ARG(cert_name(arena, p->subject))),
		    arena);
	if (!c || (end ? c->not_after : c->not_before) == TLS_NO_DATE)
		return;
	cert_date(date, end ? c->not_after : c->not_before);
	diagnosis_set(d, FIELD_DATE, span_of(date), arena);
	d->field[FIELD_DAYS] = days_text(
	    end ? cert_days(t->at, c->not_after) : cert_days(c->not_before, t->at), arena);
}

static void
set_problem(struct diagnosis *d, const struct tls_info *t, const struct tls_problem *p,
    struct arena *arena)
{
	const struct verify_info *info = verify_info(p->code);
	char *clause;

	d->evidence = span_of(p->name);
	switch (d->cause) {
	case CAUSE_CERT_EXPIRED: case CAUSE_CERT_NOT_YET_VALID:
		set_dates(d, t, p, d->cause == CAUSE_CERT_EXPIRED, arena);
		break;
	case CAUSE_CERT_NAME: case CAUSE_CERT_WILDCARD: case CAUSE_CERT_NO_SAN:
		diagnosis_set(d, FIELD_NAME, t->wanted, arena);
		diagnosis_set(d, FIELD_NAMES, cert_names(arena, t), arena);
		break;
	case CAUSE_CERT_INTERMEDIATE: case CAUSE_CERT_PRIVATE_CA:
		if (t->ncerts > 0)
			diagnosis_set(d, FIELD_WHAT,
			    cert_name_long(arena, t->cert[t->ncerts - 1].issuer), arena);
		break;
	case CAUSE_NO_TRUST_STORE:
	case CAUSE_NO_CA_LINKS:
		diagnosis_set(d, FIELD_WHAT, t->no_trust, arena);
		break;
	default:
		/*
		 * The text follows a colon: the capital of "OCSP …" stays, that of "A CA's key …"
		 * does not.
		 */
		clause = arena_string(arena, info ? span_of(info->means) : p->text);
		if (ascii_is_upper(clause[0]) && (clause[1] >= 'a' || clause[1] == ' '))
			clause[0] = ascii_lower(clause[0]);
		diagnosis_set(d, FIELD_WHAT, span_of(clause), arena);
	}
}

struct diagnosis *
diagnose_problem(const struct tls_info *t, const struct tls_problem *p, struct arena *arena)
{
	struct diagnosis *d = diagnosis_new(cause_of_problem(t, p), NULL, arena);

	set_problem(d, t, p, arena);
	return d;
}

static bool
is_listed(const struct diagnosing *x, enum cause cause)
{
	for (const struct diagnosis *d = x->first; d; d = d->next)
		if (d->cause == cause)
			return true;
	return false;
}

static bool
sts_is_enforced(const struct facts *f)
{
	return f->sts && f->sts->state == STS_FOUND && f->sts->policy.mode == STS_MODE_ENFORCE;
}

void
diagnose_certificate(struct diagnosing *x)
{
	const struct facts *f = x->f;
	const struct tls_info *t = f->tls;

	if (!t)
		return;
	/* a key that DANE vouches for needs no CA, and with DANE-EE neither a name nor dates */
	bool matters = f->verify || sts_is_enforced(f);
	for (size_t i = 0; i < t->nproblems && !tls_dane_vouches(t); i++) {
		enum cause cause = cause_of_problem(t, &t->problem[i]);
		if (is_listed(x, cause))
			continue;
		struct diagnosis *d = diagnosing_add(x, cause, AT_TLS);
		set_problem(d, t, &t->problem[i], x->arena);
		if (!matters)
			d->state = STATE_OK;
	}
	if (f->days_warning > 0 && f->days_left < f->days_warning && f->days_left >= 0 &&
	    !is_listed(x, CAUSE_CERT_EXPIRED)) {
		struct diagnosis *d = diagnosing_add(x, CAUSE_CERT_EXPIRES, AT_TLS);
		char date[16];
		int depth;
		cert_date(date, tls_ends(t, &depth));
		diagnosis_set(d, FIELD_DATE, span_of(date), x->arena);
		d->field[FIELD_DAYS] = days_text((long)f->days_left, x->arena);
	}
	if (t->ocsp > TLS_OCSP_GOOD) {
		struct diagnosis *d = diagnosing_add(
		    x, t->ocsp == TLS_OCSP_REVOKED ? CAUSE_CERT_REVOKED : CAUSE_CERT_OCSP, AT_TLS);
		diagnosis_set(d, FIELD_WHAT, span_of(tls_ocsp_word(t->ocsp)), x->arena);
	}
}

/* ---- DANE and MTA-STS */

/*
 * Returns why there is no TLS although TLSA records require it; NULL: there is, or the reason is
 * unknown.
 */
static const char *
why_no_tls(const struct facts *f)
{
	if (f->tls || f->dialogue.tls || !tls_dane_requires_tls(f->dane))
		return NULL;
	if (f->handshake != SHAKE_UNKNOWN || f->end == END_TLS_FAILED ||
	    (f->end == END_TIMED_OUT && f->stage == AT_TLS))
		return "the TLS handshake failed";
	if (f->stage == AT_STARTTLS && f->reply && f->reply->code / 100 >= 4)
		return "STARTTLS was rejected";
	const struct extensions *clear = f->clear ? f->clear : f->offered;
	return clear && !f->implicit_tls && !extensions_offer(clear, "STARTTLS") ?
	    "STARTTLS is not offered" :
	    NULL;
}

static void
diagnose_dane(struct diagnosing *x)
{
	static const enum cause causes[] = {
		[DANE_INSECURE] = CAUSE_DANE_UNSIGNED,
		[DANE_PATH] = CAUSE_DANE_PATH_UNSIGNED,
		[DANE_UNKNOWN] = CAUSE_DANE_UNKNOWN,
		[DANE_FAILED] = CAUSE_DANE_LOOKUP_FAILED,
		[DANE_UNUSABLE] = CAUSE_DANE_UNUSABLE,
		[DANE_MISMATCHED] = CAUSE_DANE_MISMATCH,
	};
	const struct facts *f = x->f;
	const struct tls_dane *dane = f->dane;
	const char *broken = dane ? why_no_tls(f) : NULL;

	if (!dane)
		return;
	enum cause cause = broken ? CAUSE_DANE_NO_TLS :
	    dane->state < sizeof causes / sizeof *causes ? causes[dane->state] :
							   CAUSE_NONE;
	if (cause == CAUSE_NONE)
		return;
	/* It does not matter whether the absence of records was validated. */
	if (cause == CAUSE_DANE_UNKNOWN && dane->n == 0 && !f->dane_required && !f->dane_matters)
		return;
	struct diagnosis *d = broken ? diagnosing_add_symptom(x, cause, AT_TLS) :
				       diagnosing_add(x, cause, AT_TLS);
	diagnosis_set(d, FIELD_NAME, dane->name, x->arena);
	diagnosis_set(d, FIELD_WHY,
	    dane->why.len > 0				       ? dane->why :
		dane->state == DANE_UNUSABLE && dane->n > 0 ? dane->result[0].why :
							      SPAN_NONE,
	    x->arena);
	if (broken)
		d->field[FIELD_WHAT] = span_of(broken);
	if (f->dane_required)
		d->state = STATE_CRITICAL;
}

static void
diagnose_sts(struct diagnosing *x)
{
	static const enum cause states[] = {
		[STS_UNKNOWN] = CAUSE_STS_LOOKUP_FAILED,
		[STS_BAD_RECORD] = CAUSE_STS_RECORD,
		[STS_UNREACHED] = CAUSE_STS_UNREACHABLE,
		[STS_UNABLE] = CAUSE_STS_UNABLE,
		[STS_BAD_POLICY] = CAUSE_STS_POLICY,
		[STS_FOUND] = CAUSE_NONE,
	};
	static const enum cause verdicts[] = {
		[STS_NOT_LISTED] = CAUSE_STS_NOT_LISTED,
		[STS_NO_TLS] = CAUSE_STS_NO_TLS,
		[STS_NOT_VERIFIED] = CAUSE_STS_CERTIFICATE,
	};
	const struct facts *f = x->f;

	if (!f->sts)
		return;
	bool policy = f->sts->state == STS_FOUND;
	enum cause cause = policy ? verdicts[f->sts_verdict] : states[f->sts->state];
	if (cause == CAUSE_NONE)
		return;
	struct diagnosis *d = policy && cause != CAUSE_STS_NOT_LISTED ?
	    diagnosing_add_symptom(x, cause, AT_TLS) :
	    diagnosing_add(x, cause, AT_TLS);
	diagnosis_set(d, FIELD_DOMAIN, f->sts->domain, x->arena);
	diagnosis_set(d, FIELD_WHY, f->sts->why, x->arena);
	if (policy) {
		d->field[FIELD_WHAT] = span_of(sts_mode_word(f->sts->policy.mode));
		if (!sts_is_enforced(f))
			d->state = STATE_WARNING;
	}
}

void
diagnose_policies(struct diagnosing *x)
{
	diagnose_dane(x);
	diagnose_sts(x);
}
