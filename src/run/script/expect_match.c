/* expect_match - a reply against what is expected of it, at a level. */
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "run/script/expect_priv.h"

/* pairs of lines that are compared only to show a difference better */
enum { MET_MAX = 250000 };

bool
match_differs(struct match *m, size_t line, const char *format, ...)
{
	va_list ap;

	m->out->line = line;
	m->out->about = m->x->line[line].text.source;
	va_start(ap, format);
	vsnprintf(m->out->why, sizeof m->out->why, format, ap);
	va_end(ap);
	return false;
}

struct span
match_shown(struct match *m, struct span s)
{
	return text_safe(m->arena,
	    span_first(m->how->secrecy ? secrecy_shown(m->how->secrecy, m->arena, s) : s, 80));
}

static bool
code_fits(const struct match *m, const struct expect_line *l, unsigned code)
{
	char got[4];

	snprintf(got, sizeof got, "%03u", code % 1000);
	for (size_t k = 0; k < l->ncodes; k++) {
		bool fits = true;
		for (size_t i = 0; i < (m->how->level == MATCH_CLASS ? 1u : 3u); i++)
			fits &= l->code[k].digit[i] == 'x' || l->code[k].digit[i] == got[i];
		if (fits)
			return true;
	}
	return false;
}

static bool
no_code(struct match *m)
{
	const struct expect_line *l = &m->x->line[0];
	struct span codes = span_first(l->source, l->ncodes * 4 - 1);

	if (m->r->code == 0)
		match_differs(m, 0, "expected code %.*s, received no code", SPAN_ARG(codes));
	else
		match_differs(
		    m, 0, "expected code %.*s, received %03u", SPAN_ARG(codes), m->r->code);
	m->out->about = codes;
	return false;
}

/* The k-th line as it came, its line end left out. */
static struct span
raw_line(const struct reply *r, size_t k)
{
	struct span rest = r->raw, line = SPAN_NONE;

	for (size_t i = 0; i <= k; i++)
		if (!span_line(&rest, &line))
			return SPAN_NONE;
	return line;
}

/* The code of a line as it came; 0: it has none. */
static unsigned
line_code(struct span line)
{
	unsigned long long code;

	return span_number(span_first(line, 3), 999, &code) && code >= 100 ? (unsigned)code : 0;
}

/*
 * Lines of one reply have one code (RFC 5321 4.2.1), but where the script says of each line what it
 * has.
 */
static bool
codes_agree(struct match *m)
{
	bool each = !m->how->ehlo && !m->x->more;
	struct span rest = m->r->raw, line = SPAN_NONE;

	for (size_t k = 0; k < m->r->nlines; k++) {
		size_t i = each && k < m->x->nlines ? k : 0;
		unsigned code = span_line(&rest, &line) ? line_code(line) : 0;
		bool fits = code_fits(m, &m->x->line[i], code);
		if (i == 0 && k > 0)
			fits = m->how->level == MATCH_CLASS ? code / 100 == m->r->code / 100 :
							      code == m->r->code;
		if (fits)
			continue;
		match_differs(m, i, "its lines do not all have the same code: line %zu is \"%.*s\"",
		    k + 1, SPAN_ARG(match_shown(m, line)));
		m->out->about = m->x->line[i].source;
		return false;
	}
	return true;
}

static struct span
enhanced_of(struct span text)
{
	size_t len = 0;

	return status_parse(text, &len).class ? span_first(text, len) : SPAN_NONE;
}

/* One expected line against one received line, both with text. */
static bool
line_fits(struct match *m, const struct expect_line *l, struct span text)
{
	struct span want;

	if (l->text.patterns)
		return expect_pattern_fits(l, text, m->how, m->vars, m->arena);
	if (!text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL))
		return false;
	if (m->how->level == MATCH_EXACT)
		return span_eq(want, text);
	return span_eq(
	    expect_normal(want, m->how, m->arena), expect_normal(text, m->how, m->arena));
}

static bool
text_differs(struct match *m, size_t i, size_t k)
{
	const struct expect_line *l = &m->x->line[i];
	struct span want = l->text.source, got = m->r->line[k];

	if (!l->text.patterns && !l->ere)
		text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL);
	if (m->how->level == MATCH_EXACT && (want.len == 0 || got.len == 0)) {
		want = l->source;
		got = raw_line(m->r, k);
	}
	return match_differs(m, i, "expected \"%.*s\", received \"%.*s\"",
	    SPAN_ARG(match_shown(m, want)), SPAN_ARG(match_shown(m, got)));
}

/* One expected line at place i against the received line at place k. */
static bool
compare_line(struct match *m, size_t i, size_t k)
{
	const struct expect_line *l = &m->x->line[i];
	struct span got = k < m->r->nlines ? m->r->line[k] : SPAN_NONE;
	bool look = l->text.patterns || m->how->level >= MATCH_TEXT;
	size_t len;

	if (look && k >= m->r->nlines)
		return match_differs(
		    m, i, "expected a line \"%.*s\" more", SPAN_ARG(match_shown(m, l->source)));
	if (look)
		return line_fits(m, l, got) || text_differs(m, i, k);
	if (m->how->level == MATCH_ENHANCED && l->status.class) {
		struct span want = enhanced_of(l->text.piece[0].text), have = enhanced_of(got);
		if (!span_eq(want, have))
			return match_differs(m, i, "expected enhanced code %.*s, received %.*s",
			    SPAN_ARG(want), SPAN_ARG(have.len ? have : SPAN("none")));
		status_parse(l->text.piece[0].text, &len);
		m->out->uncompared += l->text.piece[0].text.len > len;
		return true;
	}
	m->out->uncompared += l->text.n > 0;
	return true;
}

/* Behind a "..." an expected line may stand anywhere further down. */
static bool
find_line(struct match *m, size_t i, size_t *k)
{
	for (size_t at = *k; at < m->r->nlines; at++)
		if (line_fits(m, &m->x->line[i], m->r->line[at])) {
			*k = at;
			return true;
		}
	return match_differs(
	    m, i, "expected a line \"%.*s\"", SPAN_ARG(match_shown(m, m->x->line[i].source)));
}

static bool
lines_fit(struct match *m)
{
	bool gap = false, strict = m->how->level >= MATCH_TEXT;
	size_t k = 0;

	for (size_t i = 0; i < m->x->nlines; i++) {
		const struct expect_line *l = &m->x->line[i];
		if (l->ncodes == 0 || (l->more && m->x->nlines > 1)) {
			gap = true;
			continue;
		}
		if (gap && !strict && !l->text.patterns)
			continue;
		if (gap ? !find_line(m, i, &k) : !compare_line(m, i, k))
			return false;
		gap = false;
		k++;
	}
	if (strict && !m->x->more && k < m->r->nlines)
		return match_differs(m, m->x->nlines - 1, "a line more than expected: \"%.*s\"",
		    SPAN_ARG(match_shown(m, m->r->line[k])));
	return true;
}

/* Codes, separators and line ends, too, are octets. */
static bool
exact_fits(struct match *m)
{
	struct span rest = m->r->raw, line = SPAN_NONE;

	for (size_t k = 0; k < m->r->nlines && k < m->x->nlines && span_line(&rest, &line); k++) {
		const struct expect_line *l = &m->x->line[k];
		if (l->ncodes == 0 || l->more)
			break;
		bool code = span_eq(span_first(line, 3), span_first(l->source, 3)) ||
		    l->ncodes > 1 || memchr(l->code[0].digit, 'x', 3);
		if (!code || l->separator != (line.len > 3 ? line.at[3] : 0)) {
			match_differs(m, k, "expected \"%.*s\", received \"%.*s\"",
			    SPAN_ARG(match_shown(m, l->source)), SPAN_ARG(match_shown(m, line)));
			m->out->about = l->source;
			return false;
		}
	}
	return !(m->r->flaws & REPLY_BARE_LF) ||
	    match_differs(m, 0, "expected lines that end in CRLF, received a bare LF");
}

static bool
lines_meet(struct match *m, size_t i, size_t k)
{
	const struct expect_line *l = &m->x->line[i];

	if (!m->how->ehlo || m->how->level == MATCH_EXACT)
		return i == k && compare_line(m, i, k);
	if (i == 0 || k == 0)
		return i == k && compare_line(m, i, k);
	if (m->how->level >= MATCH_TEXT || l->text.patterns)
		return match_keyword_line(m, l, m->r->line[k]);
	struct span rest = m->r->line[k];
	return span_eq_case(span_word(&rest), match_keyword(m, l));
}

void
expect_met(const struct expect *x, const struct reply *r, const struct match_how *how,
    struct script_vars *vars, struct arena *arena, bool *expected, bool *received)
{
	/* what is captured here is for nobody */
	struct script_vars *own = ARENA_NEW(arena, struct script_vars);
	struct match_result none;
	struct match m = { .x = x, .r = r, .how = how, .vars = own, .arena = arena, .out = &none };

	*own = *vars;
	own->arena = arena;
	/* nor is it written where they have theirs */
	memset(own->room, 0, sizeof own->room);
	if (x->any || !code_fits(&m, &x->line[0], r->code) || x->nlines * r->nlines > MET_MAX)
		return;
	for (size_t i = 0; i < x->nlines; i++) {
		expected[i] = match_is_marker(&x->line[i]);
		for (size_t k = 0; !expected[i] && k < r->nlines; k++)
			if (!received[k] && lines_meet(&m, i, k))
				expected[i] = received[k] = true;
	}
	for (size_t k = 0; k < r->nlines; k++)		/* lines more are no offence then */
		received[k] |= x->more ||
		    (how->level < MATCH_TEXT && k >= (how->ehlo ? 1 : x->nlines));
}

bool
expect_match(const struct expect *x, const struct reply *r, const struct match_how *how,
    struct script_vars *vars, struct arena *arena, struct match_result *out)
{
	struct match_how own = *how;
	struct match m = { .x = x, .r = r, .how = &own, .vars = vars, .arena = arena, .out = out };

	*out = (struct match_result){ 0 };
	if (x->any || x->nlines == 0)
		return out->ok = true;
	if (!code_fits(&m, &x->line[0], r->code)) {
		no_code(&m);
		return false;
	}
	if (!codes_agree(&m))
		return false;
	if (r->code == 334 && (how->masks & 1u << MASK_BIT_CHALLENGE) && how->level == MATCH_TEXT &&
	    !x->line[0].text.patterns)
		return out->ok = true;
	if (how->level < MATCH_EXACT && x->nlines == 1 && x->line[0].separator == 0)
		return out->ok = true;		/* a bare code is about the code */
	if (how->level == MATCH_CLASS) {
		for (size_t i = 0; i < x->nlines; i++)	/* what is captured is wanted later */
			if (i < r->nlines && x->line[i].text.patterns)
				expect_pattern_fits(&x->line[i], r->line[i], how, vars, arena);
			else
				out->uncompared += x->line[i].text.n > 0;
		return out->ok = true;
	}
	if (how->ehlo && how->level < MATCH_EXACT)
		return out->ok = (match_is_marker(&x->line[0]) || compare_line(&m, 0, 0)) &&
		    match_ehlo_set(&m);
	return out->ok = lines_fit(&m) && (how->level < MATCH_EXACT || exact_fits(&m));
}

bool
expect_default(const struct reply *r, struct match_result *out)
{
	*out = (struct match_result){ .ok = r->code / 100 == 2 || r->code / 100 == 3 };
	struct span rest = r->raw, line;

	span_line(&rest, &line);
	for (size_t k = 1; out->ok && k < r->nlines; k++)
		if (!span_line(&rest, &line) || line_code(line) / 100 != r->code / 100) {
			snprintf(out->why, sizeof out->why,
			    "expected 2yz or 3yz, and line %zu has another code than the first, "
			    "%03u",
			    k + 1, r->code);
			out->ok = false;
			return false;
		}
	if (!out->ok)
		snprintf(out->why, sizeof out->why, r->code ? "expected 2yz or 3yz, received %03u" :
		    "expected 2yz or 3yz, received no reply code", r->code);
	return out->ok;
}
