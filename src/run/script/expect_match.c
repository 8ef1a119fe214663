/*
 * expect_match - compares a reply with an expectation, at a level.
 *
 * What the level covers is compared in this order, and the first difference is reported: the code
 * of the first line, that all lines have the same code, the lines. Lines are compared in step,
 * until a "..."; the expected line after it is then searched for further down. The lines of an EHLO
 * reply are not a sequence but a set: each expected keyword takes one line that no other has taken,
 * in any order, and at level `text` no line may be left. At `exact`, the octets between code and
 * text count, too. A text with a pattern is matched as one at every level from `code` up. Any other
 * is normalized first (expect_normal), and at `exact` is compared octet by octet.
 */
#include "run/script/expect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/text.h"

/* maximum pairs of lines compared for the sake of a better message */
enum { MET_MAX = 250000 };

/* The state of one comparison. */
struct match {
	const struct expect *x;
	const struct reply *r;
	const struct match_how *how;
	struct script_vars *vars;
	struct arena *arena;
	struct match_result *out;
};

/* Records in ->out where and why the reply does not match. Always returns false. */
static bool __attribute__((format(printf, 3, 4)))
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

/*
 * Returns the beginning of a text, escaped and with secrets starred, for a message. In the arena.
 */
static struct span
match_shown(struct match *m, struct span s)
{
	return text_safe(m->arena,
	    span_first(m->how->secrecy ? secrecy_shown(m->how->secrecy, m->arena, s) : s, 80));
}

static bool
match_code(const struct match *m, const struct expect_line *l, unsigned code)
{
	return expect_code_fits(l, code, m->how->level == MATCH_CLASS ? 1 : 3);
}

/* Returns line k as received, without its line ending. */
static struct span
raw_line(const struct reply *r, size_t k)
{
	struct span rest = r->raw, line = SPAN_NONE;

	for (size_t i = 0; i <= k; i++)
		if (!span_line(&rest, &line))
			return SPAN_NONE;
	return line;
}

/* Returns the code of a line as received; 0: it has none. */
static unsigned
line_code(struct span line)
{
	unsigned long long code;

	return span_number(span_first(line, 3), 999, &code) && code >= 100 ? (unsigned)code : 0;
}

/*
 * All lines of a reply must have the same code (RFC 5321 4.2.1), unless the script gives the code
 * of each line.
 */
static bool
match_codes(struct match *m)
{
	bool each = !m->how->ehlo && !m->x->more;
	struct span rest = m->r->raw, line = SPAN_NONE;

	for (size_t k = 0; k < m->r->nlines; k++) {
		size_t i = each && k < m->x->nlines ? k : 0;
		unsigned code = span_line(&rest, &line) ? line_code(line) : 0;
		bool fits = match_code(m, &m->x->line[i], code);
		if (i == 0 && k > 0)
			fits = m->how->level == MATCH_CLASS ? code / 100 == m->r->code / 100 :
							      code == m->r->code;
		if (fits)
			continue;
		match_differs(m, i, "reply lines have different codes: line %zu is \"%.*s\"", k + 1,
		    SPAN_ARG(match_shown(m, line)));
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

/* Compares one expected line with one received text. */
static bool
match_text(struct match *m, const struct expect_line *l, struct span text)
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
match_text_differs(struct match *m, size_t i, size_t k)
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

/* Compares the expected line i with the received line k. */
static bool
match_line(struct match *m, size_t i, size_t k)
{
	const struct expect_line *l = &m->x->line[i];
	struct span got = k < m->r->nlines ? m->r->line[k] : SPAN_NONE;
	bool look = l->text.patterns || m->how->level >= MATCH_TEXT;
	size_t len;

	if (look && k >= m->r->nlines)
		return match_differs(
		    m, i, "expected another line \"%.*s\"", SPAN_ARG(match_shown(m, l->source)));
	if (look)
		return match_text(m, l, got) || match_text_differs(m, i, k);
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

/* After a "...", the expected line may be anywhere further down. */
static bool
match_find_line(struct match *m, size_t i, size_t *k)
{
	for (size_t at = *k; at < m->r->nlines; at++)
		if (match_text(m, &m->x->line[i], m->r->line[at])) {
			*k = at;
			return true;
		}
	return match_differs(
	    m, i, "expected a line \"%.*s\"", SPAN_ARG(match_shown(m, m->x->line[i].source)));
}

static bool
match_lines(struct match *m)
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
		if (gap ? !match_find_line(m, i, &k) : !match_line(m, i, k))
			return false;
		gap = false;
		k++;
	}
	if (strict && !m->x->more && k < m->r->nlines)
		return match_differs(m, m->x->nlines - 1, "unexpected extra line: \"%.*s\"",
		    SPAN_ARG(match_shown(m, m->r->line[k])));
	return true;
}

/* ---- the lines of an EHLO reply, a set */

static struct span
normal_keyword(struct match *m, struct span line)
{
	struct match_how how = *m->how;

	how.place = PLACE_KEYWORD;
	return expect_normal(line, &how, m->arena);
}

/* Returns the first word of the expected text. */
static struct span
match_keyword(struct match *m, const struct expect_line *l)
{
	struct span want = l->text.source;

	text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL);
	return span_word(&want);
}

/*
 * The lines of the reply sorted by keyword, to keep the search fast: a server may send tens of
 * thousands.
 */
struct offered { struct span keyword; size_t line; };

static int
compare_offered(const void *a, const void *b)
{
	const struct offered *x = a, *y = b;
	size_t n = x->keyword.len < y->keyword.len ? x->keyword.len : y->keyword.len;
	int c = n ? strncasecmp(x->keyword.at, y->keyword.at, n) : 0;

	if (c == 0 && x->keyword.len != y->keyword.len)
		c = x->keyword.len < y->keyword.len ? -1 : 1;
	return c ? c : x->line < y->line ? -1 : x->line > y->line;
}

static struct offered *
sort_offered(struct match *m)
{
	struct offered *all = ARENA_ARRAY(m->arena, struct offered, m->r->nlines);

	for (size_t k = 1; k < m->r->nlines; k++) {
		struct span rest = m->how->level == MATCH_TEXT ? normal_keyword(m, m->r->line[k]) :
								 m->r->line[k];
		all[k - 1] = (struct offered){ span_word(&rest), k };
	}
	qsort(all, m->r->nlines - 1, sizeof *all, compare_offered);
	return all;
}

/* Finds the lines of the reply with this keyword: from the returned index up to *end, exclusive. */
static size_t
find_offered(const struct match *m, const struct offered *all, struct span keyword, size_t *end)
{
	size_t low = 0, high = m->r->nlines - 1;
	struct offered want = { keyword, 0 };

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_offered(&all[middle], &want) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (*end = low; *end < m->r->nlines - 1 && span_eq_case(all[*end].keyword, keyword);
	     ++*end)
		;
	return low;
}

/*
 * Compares an expected line with a line of an EHLO reply. Keywords are not case-sensitive (RFC 5321
 * 2.4).
 */
static bool
match_keyword_line(struct match *m, const struct expect_line *l, struct span got)
{
	struct span want, a, b;

	if (l->text.patterns)
		return expect_pattern_fits(l, got, m->how, m->vars, m->arena);
	if (!text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL))
		return false;
	a = normal_keyword(m, want);
	b = normal_keyword(m, got);
	if (!span_eq_case(span_word(&a), span_word(&b)))
		return false;
	return span_eq(a, b) || span_eq_case(a, b);
}

/* Returns whether the line is a "...", which stands for any lines. */
static bool
match_is_marker(const struct expect_line *l)
{
	return l->ncodes == 0 || l->more;
}

/* Finds a line of the reply that matches and is not taken. Returns its index, or nlines. */
static size_t
match_take_line(
    struct match *m, const struct expect_line *l, const struct offered *all, const bool *taken)
{
	struct span want;
	size_t i, end;

	if (l->text.patterns || !text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL)) {
		for (i = 1;
		     i < m->r->nlines && (taken[i] || !match_keyword_line(m, l, m->r->line[i]));
		     i++)
			;
		return i;
	}
	struct span rest = normal_keyword(m, want);
	for (i = find_offered(m, all, span_word(&rest), &end); i < end; i++)
		if (!taken[all[i].line] && match_keyword_line(m, l, m->r->line[all[i].line]))
			return all[i].line;
	return m->r->nlines;
}

/* Compares all lines but the first, which is not a keyword. */
static bool
match_ehlo_set(struct match *m)
{
	bool text = m->how->level == MATCH_TEXT;
	bool *taken = ARENA_ARRAY(m->arena, bool, m->r->nlines);
	struct offered *all = m->how->level < MATCH_ENHANCED ? NULL : sort_offered(m);
	size_t k, end;

	for (size_t i = 1; i < m->x->nlines; i++) {
		const struct expect_line *l = &m->x->line[i];
		if (match_is_marker(l))
			continue;
		if (!text && !l->text.patterns) {
			struct span want = all ? match_keyword(m, l) : SPAN_NONE;
			if (want.len > 0 && find_offered(m, all, want, &end) == end)
				return match_differs(m, i,
				    "expected EHLO to offer %.*s, but it does not",
				    SPAN_ARG(match_shown(m, want)));
			m->out->uncompared += !all && l->text.n > 0;
			continue;
		}
		k = match_take_line(m, l, all, taken);
		if (k == m->r->nlines)
			return match_differs(m, i,
			    "expected EHLO to offer \"%.*s\", but it does not",
			    SPAN_ARG(match_shown(m, l->text.source)));
		taken[k] = true;
	}
	for (k = 1; text && !m->x->more && k < m->r->nlines; k++)
		if (!taken[k])
			return match_differs(m, 0, "EHLO unexpectedly offers \"%.*s\"",
			    SPAN_ARG(match_shown(m, m->r->line[k])));
	return true;
}

/* ---- the whole reply */

/* Compares the codes, separators and line endings, too. */
static bool
match_octets(struct match *m)
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
	    match_differs(m, 0, "expected lines that end with CRLF, received a bare LF");
}

static bool
match_lines_meet(struct match *m, size_t i, size_t k)
{
	const struct expect_line *l = &m->x->line[i];

	if (!m->how->ehlo || m->how->level == MATCH_EXACT)
		return i == k && match_line(m, i, k);
	if (i == 0 || k == 0)
		return i == k && match_line(m, i, k);
	if (m->how->level >= MATCH_TEXT || l->text.patterns)
		return match_keyword_line(m, l, m->r->line[k]);
	struct span rest = m->r->line[k];
	return span_eq_case(span_word(&rest), match_keyword(m, l));
}

void
expect_met(const struct expect *x, const struct reply *r, const struct match_how *how,
    struct script_vars *vars, struct arena *arena, bool *expected, bool *received)
{
	/* discard what is captured here */
	struct script_vars *own = ARENA_NEW(arena, struct script_vars);
	struct match_result none;
	struct match m = { .x = x, .r = r, .how = how, .vars = own, .arena = arena, .out = &none };

	*own = *vars;
	own->arena = arena;
	/* and do not overwrite the caller's values */
	memset(own->room, 0, sizeof own->room);
	if (x->any || !match_code(&m, &x->line[0], r->code) || x->nlines * r->nlines > MET_MAX)
		return;
	for (size_t i = 0; i < x->nlines; i++) {
		expected[i] = match_is_marker(&x->line[i]);
		for (size_t k = 0; !expected[i] && k < r->nlines; k++)
			if (!received[k] && match_lines_meet(&m, i, k))
				expected[i] = received[k] = true;
	}
	/* at these levels, extra lines are allowed */
	for (size_t k = 0; k < r->nlines; k++)
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
	if (!match_code(&m, &x->line[0], r->code)) {
		struct span codes = span_first(x->line[0].source, x->line[0].ncodes * 4 - 1);
		if (r->code == 0)
			match_differs(
			    &m, 0, "expected code %.*s, received no code", SPAN_ARG(codes));
		else
			match_differs(
			    &m, 0, "expected code %.*s, received %03u", SPAN_ARG(codes), r->code);
		out->about = codes;
		return false;
	}
	if (!match_codes(&m))
		return false;
	if (r->code == 334 && (how->masks & 1u << MASK_BIT_CHALLENGE) && how->level == MATCH_TEXT &&
	    !x->line[0].text.patterns)
		return out->ok = true;
	if (how->level < MATCH_EXACT && x->nlines == 1 && x->line[0].separator == 0)
		return out->ok = true;		/* a bare code says nothing about the text */
	if (how->level == MATCH_CLASS) {
		for (size_t i = 0; i < x->nlines; i++)	/* patterns are matched only to capture */
			if (i < r->nlines && x->line[i].text.patterns)
				expect_pattern_fits(&x->line[i], r->line[i], how, vars, arena);
			else
				out->uncompared += x->line[i].text.n > 0;
		return out->ok = true;
	}
	if (how->ehlo && how->level < MATCH_EXACT)
		return out->ok = (match_is_marker(&x->line[0]) || match_line(&m, 0, 0)) &&
		    match_ehlo_set(&m);
	return out->ok = match_lines(&m) && (how->level < MATCH_EXACT || match_octets(&m));
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
			    "expected 2xx or 3xx, but line %zu has a different code than the "
			    "first, %03u",
			    k + 1, r->code);
			out->ok = false;
			return false;
		}
	if (!out->ok)
		snprintf(out->why, sizeof out->why,
		    r->code ? "expected 2xx or 3xx, received %03u" :
			      "expected 2xx or 3xx, received no reply code",
		    r->code);
	return out->ok;
}
