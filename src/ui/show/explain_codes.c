/* explain_codes - reply codes and enhanced codes, and what they usually mean where they come. */
#include "ui/show/explain_priv.h"

static void
add_sense(struct explaining *x, const char *label, const struct sense *s)
{
	explain_fact(x, label, "%s.%s%s%s Next: %s.", s->means, s->causes ? " Likely: " : "",
	    s->causes ? s->causes : "", s->causes ? "." : "", s->next);
}

static bool
is_exact(const struct sense *s)
{
	return s->code > 9 || s->subject >= 0;
}

static bool
is_main(enum stage at)
{
	return at == STAGE_BANNER || at == STAGE_MAIL || at == STAGE_RCPT || at == STAGE_DOT;
}

static const char *
stage_label(enum stage at)
{
	static const char *const label[] = {
		[STAGE_BANNER] = "as banner",
		[STAGE_HELLO] = "to EHLO",
		[STAGE_STARTTLS] = "to STARTTLS",
		[STAGE_AUTH] = "to AUTH",
		[STAGE_MAIL] = "to MAIL",
		[STAGE_RCPT] = "to RCPT",
		[STAGE_DATA] = "to DATA",
		[STAGE_DOT] = "to the dot",
		[STAGE_ASK] = "to VRFY",
	};
	return label[at];
}

/*
 * At one stage what it means there; asked in general, what it means at each where it means
 * something of its own.
 */
static void
add_senses(struct explaining *x, unsigned code, struct status status, enum stage stage)
{
	const struct sense *s = sense_find(code, status, stage);

	if (!s)
		return;
	if (stage != STAGE_ANY) {
		explain_fact(x, "means", "%s", s->means);
		explain_fact(x, "likely", "%s", s->causes ? s->causes : "");
		explain_fact(x, "next", "%s", s->next);
		return;
	}
	bool exact = is_exact(s), any = false;
	for (enum stage at = STAGE_BANNER; at <= STAGE_ASK; at++) {
		const struct sense *here = sense_find(code, status, at);
		if (!here || here->stage != at ||
		    (!is_exact(here) && (status.class || !is_main(at))))
			continue;
		add_sense(x, stage_label(at), here);
		any = true;
	}
	if (exact || !any)
		add_sense(x, any ? "else" : "means", s);
}

/* "450" or "250-253" in "220, 250-253, any"? */
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

/* A phrase and where it comes from; for what is not in a table, what that says. */
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
	    "not registered with IANA: a code of this server's maker");
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
		add_senses(x, st.class == 4 ? 499 : 599, st, STAGE_ANY);
}

static void
add_pairing(struct explaining *x, unsigned code, struct status st)
{
	const struct status_info *info = status_info(st.subject, st.detail);

	if (st.class != code / 100)
		explain_fact(x, "note", "its class is not that of %u (RFC 2034 4)", code);
	else if (info && !goes_with(info->basic, code))
		explain_fact(
		    x, "note", "the registry does not pair it with %u; servers do so freely", code);
}

void
explain_codes(struct explaining *x, unsigned code, struct status st, enum stage stage)
{
	const struct reply_code *info = reply_code_info(code);
	const char *class = reply_class_text(code), *group = reply_group_text(code);

	add_named(x, "reply code", arena_printf(x->arena, "%u", code), info ? info->text : NULL,
	    info ? info->rfc : NULL, "not a registered code");
	explain_fact(x, "class", "%uyz, %s", code / 100, class ? class : "none");
	explain_fact(x, "group", "x%uz, %s", code / 10 % 10, group ? group : "none");
	if (st.class) {
		add_status(x, st);
		add_pairing(x, code, st);
	}
	explain_fact(
	    x, "answers", "%s", stage == STAGE_BANNER ? "the connection" : stage_text(stage));
	add_senses(x, code, st, stage);
}
