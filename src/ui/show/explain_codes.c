/* explain_codes - reply codes and enhanced codes, and what they usually mean at each stage. */
#include "ui/show/explain_impl.h"

#include "net/dns_words.h"
#include "net/tls_words.h"
#include "run/diagnosis/diagnose.h"
#include "smtp/extension.h"
#include "smtp/mechanism.h"
#include "smtp/parameter.h"
#include "smtp/term.h"

/* Adds the usual meaning of the codes at this stage: a cause, and what to do. */
static void
add_meaning(struct explaining *x, const char *label, enum cause cause, unsigned code,
    struct status st, enum smtp_stage stage)
{
	struct diagnosis_place place = { .stage = stage };
	struct diagnosis *d = diagnosis_new(cause, &place, x->arena);

	d->field[FIELD_CODE] = code >= 400 && code % 100 != 99 ?
	    arena_printf(x->arena, "%u", code) :
	    arena_printf(x->arena, "%u.%u.%u", st.class, st.subject, st.detail);
	explain_fact(x, label, "%.*s.", SPAN_ARG(diagnosis_text(d, x->arena)));
}

static const char *
stage_label(enum smtp_stage at)
{
	static const char *const label[AT_COUNT] = {
		[AT_GREETING] = "as greeting",
		[AT_EHLO] = "to EHLO",
		[AT_STARTTLS] = "to STARTTLS",
		[AT_AUTH] = "to AUTH",
		[AT_MAIL] = "to MAIL",
		[AT_RCPT] = "to RCPT",
		[AT_DATA] = "to DATA",
		[AT_END_OF_DATA] = "at end of data",
		[AT_VRFY] = "to VRFY",
	};
	return label[at];
}

/*
 * At one stage, adds the meaning there. For AT_ANY, adds the meaning at each stage where it is a
 * special one, and the general meaning.
 */
static void
add_meanings(struct explaining *x, unsigned code, struct status st, enum smtp_stage stage)
{
	enum cause general = reply_code_cause(code, st, stage);
	bool any = false;

	if (general == CAUSE_NONE)
		return;
	for (enum smtp_stage at = AT_GREETING; stage == AT_ANY && at < AT_COUNT; at++) {
		enum cause here = stage_label(at) ? reply_code_cause(code, st, at) : general;
		if (here == general || here == CAUSE_POLICY)
			continue;
		add_meaning(x, stage_label(at), here, code, st, at);
		any = true;
	}
	add_meaning(x, any ? "else" : "means", general, code, st, stage);
}

/* Returns whether "220, 250-253, any" has the code. */
static bool
goes_with(const char *basic, unsigned code)
{
	struct span rest = span_of(basic), part;
	unsigned long long from, to;

	while ((part = span_trim(span_until(&rest, ','))).len > 0) {
		struct span second = part, first = span_until(&second, '-');
		if (!span_number(first, 999, &from))
			return true;
		if (!span_number(second, 999, &to))
			to = from;
		if (code >= from && code <= to)
			return true;
	}
	return span_of(basic).len == 0;
}

/* Adds a phrase and its source or, if there is none, the text for unknown codes. */
static void
add_named(struct explaining *x, const char *kind, struct span name, const char *text,
    const char *rfc, const char *unknown)
{
	if (text)
		explain_add(x, kind, name, "%s (%s)", text, rfc);
	else
		explain_add(x, kind, name, "%s", unknown);
}

static void
add_status(struct explaining *x, struct status st)
{
	const struct status_info *info = status_info(st.subject, st.detail);
	const char *subject = status_subject_text(st.subject);
	char class = st.class ? (char)('0' + st.class) : 'X';

	add_named(x, "enhanced code",
	    arena_printf(x->arena, "%c.%u.%u", class, st.subject, st.detail),
	    info ? info->text : NULL, info ? info->rfc : NULL,
	    "not registered with IANA; specific to this server software");
	explain_fact(
	    x, "class", "%c, %s", class, st.class ? status_class_text(st.class) : "2, 4 or 5");
	explain_fact(x, "subject", "%u, %s", st.subject, subject ? subject : "not registered");
	explain_fact(x, "goes with", "%s", info ? info->basic : "");
	explain_fact(x, "also", "%s", info && info->also ? info->also : "");
}

void
explain_status(struct explaining *x, struct status st)
{
	add_status(x, st);
	if (st.class == 4 || st.class == 5)
		add_meanings(x, st.class == 4 ? 499 : 599, st, AT_ANY);
}

static void
add_pairing(struct explaining *x, unsigned code, struct status st)
{
	const struct status_info *info = status_info(st.subject, st.detail);

	if (st.class != code / 100)
		explain_fact(x, "note", "its class does not match %u (RFC 2034 4)", code);
	else if (info && !goes_with(info->basic, code))
		explain_fact(
		    x, "note", "the registry does not list it with %u; many servers combine them "
		        "anyway", code);
}

void
explain_codes(struct explaining *x, unsigned code, struct status st, enum smtp_stage stage,
    bool meaning)
{
	const struct reply_code *info = reply_code_info(code);
	const char *class = reply_class_text(code), *group = reply_group_text(code);

	add_named(x, "reply code", arena_printf(x->arena, "%u", code), info ? info->text : NULL,
	    info ? info->rfc : NULL, "not a registered code");
	explain_fact(x, "class", "%uxx, %s", code / 100, class ? class : "none");
	explain_fact(x, "group", "x%uz, %s", code / 10 % 10, group ? group : "none");
	if (st.class) {
		add_status(x, st);
		add_pairing(x, code, st);
	}
	explain_fact(
	    x, "answers", "%s", stage == AT_GREETING ? "the connection" : smtp_stage_text(stage));
	if (meaning)
		add_meanings(x, code, st, stage);
}

/* ---- names: keywords, verbs, parameters, mechanisms, alerts, errors, rcodes */

/* Adds what to do about the cause. */
static void
add_next(struct explaining *x, enum cause cause)
{
	if (cause != CAUSE_NONE)
		explain_fact(x, "next", "%.*s",
		    SPAN_ARG(diagnosis_next(
			diagnosis_new(cause, NULL, x->arena), FOR_ANYONE, x->arena)));
}

static bool
add_keyword(struct explaining *x, struct span name)
{
	static const char *const kind[] = {
		[EXTENSION_REGISTERED] = "registered with IANA",
		[EXTENSION_HISTORIC] = "historic, no longer used",
		[EXTENSION_VENDOR] = "not registered; vendor-specific",
		[EXTENSION_MASKED] = "not an extension",
	};
	const struct extension_info *info = extension_info(name);

	if (!info)
		return false;
	explain_add(
	    x, "EHLO keyword", span_of(info->keyword), "%s (%s)", info->meaning, info->source);
	explain_fact(x, "status", "%s", kind[info->kind]);
	explain_fact(x, "behind it", "%s", info->argument ? info->argument : "");
	explain_fact(x, "adds", "%s", info->adds ? info->adds : "");
	if (info->kind == EXTENSION_MASKED)
		add_next(x, CAUSE_STARTTLS_STRIPPED);
	return true;
}

static bool
add_verb(struct explaining *x, struct span name)
{
	enum verb verb = verb_of(name, NULL);
	const struct verb_info *info = verb_info(verb);

	if (verb == VERB_OTHER || name.len != strlen(info->name))
		return false;
	explain_add(x, "command", span_of(info->name), "%s (%s)", info->help, info->rfc);
	explain_fact(x, "syntax", "%s%s", info->name, info->syntax);
	explain_fact(x, "usual reply", "%u", info->success);
	explain_fact(x, "offered by", "%s", info->extension ? info->extension : "");
	if (info->ends_group)
		explain_fact(x, "pipelining",
		    "must be the last command of a pipelined group (RFC 2920 3.1)");
	return true;
}

static bool
add_parameter(struct explaining *x, struct span name)
{
	struct span word = span_until(&name, '=');
	bool any = false;

	for (const struct parameter *p = parameters; p->name; p++) {
		if (!span_eq_case(word, span_of(p->name)))
			continue;
		explain_add(x, "parameter", span_of(p->name), "%s (%s)", p->help, p->rfc);
		explain_fact(x, "syntax", "%s ... %s%s",
		    p->verb == VERB_MAIL ? "MAIL FROM:<sender>" : "RCPT TO:<recipient>", p->name,
		    p->syntax);
		explain_fact(x, "offered by", "%s", p->extension);
		any = true;
	}
	return any;
}

static bool
add_mechanism(struct explaining *x, struct span name)
{
	const struct mechanism *info = mechanism_named(name);

	if (!info)
		return false;
	explain_add(
	    x, "SASL mechanism", span_of(info->name), "%s (%s)", info->meaning, info->source);
	explain_fact(x, "on the wire", "%s", mechanism_kind_text(info->kind));
	return true;
}

static bool
add_limit(struct explaining *x, struct span name)
{
	struct span word = span_until(&name, '=');
	const char *meaning = limit_meaning(word);

	if (!meaning)
		return false;
	explain_add(x, "limit", word, "%s, in LIMITS (RFC 9422)", meaning);
	return true;
}

static bool
add_term(struct explaining *x, struct span name)
{
	const struct term *t = term_find(name);

	if (!t)
		return false;
	explain_add(x, t->kind, span_of(t->name), "%s (%s)", t->meaning, t->source);
	return true;
}

static bool
add_alert(struct explaining *x, struct span name)
{
	const struct alert_info *info = alert_named(name);

	if (!info)
		return false;
	explain_add(x, "TLS alert", span_of(info->name), "%s (%s)", info->means, info->rfc);
	explain_fact(x, "number", "%u", info->number);
	add_next(x, alert_cause(info->number));
	return true;
}

static bool
add_verify(struct explaining *x, struct span name)
{
	const struct verify_info *info = verify_named(name);
	int code = info ? info->code : tls_verify_text_code(name);

	if (code == 0)
		return false;
	if (!info)
		info = verify_info(code);
	if (!info) {
		explain_add(x, "certificate error", arena_printf(x->arena, "error %d", code),
		    "%s (as OpenSSL words it)", tls_verify_text(code));
		return true;
	}
	explain_add(x, "certificate error", span_of(info->name), "%s", info->means);
	explain_fact(x, "number", "%d", info->code);
	add_next(x, verify_cause(span_of(info->name)));
	return true;
}

static bool
add_rcode(struct explaining *x, struct span name)
{
	const struct rcode_info *info = rcode_named(name);

	if (!info)
		return false;
	explain_add(x, "DNS rcode", span_of(info->name), "%s (%s)", info->means, info->rfc);
	explain_fact(x, "number", "%u", info->number);
	add_next(x, rcode_cause(info->number));
	return true;
}

bool
explain_name(struct explaining *x, struct span name)
{
	bool (*const kinds[])(struct explaining *, struct span) = {
		explain_cause,
		add_keyword,
		add_verb,
		add_parameter,
		add_mechanism,
		add_limit,
		add_alert,
		add_verify,
		add_rcode,
		add_term,
	};
	bool any = false;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		any |= kinds[i](x, name);
	return any;
}
