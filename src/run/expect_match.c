/* expect_match - a reply against what is expected of it, at a level. */
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "run/expect.h"

enum { TRIES_MAX = 200000, CAPTURES_MAX = 16 };

/* ---- one text against one pattern */

struct trial {
	const struct script_text *text;
	struct script_vars *vars;
	struct arena *arena;
	bool exact;
	unsigned tries;
	struct { size_t name; struct span value; } kept[CAPTURES_MAX];
	size_t nkept;
};

static bool
pieces_match(struct trial *t, size_t i, struct span rest);

/* How much of `rest` the literal takes; a run of blanks is as good as one. False: it does not fit. */
static bool
literal_fits(const struct trial *t, struct span literal, struct span rest, size_t *took, bool any_case)
{
	size_t n = 0;

	for (size_t i = 0; i < literal.len; i++) {
		char c = literal.at[i];
		if (!t->exact && (c == ' ' || c == '\t')) {
			if (n >= rest.len || (rest.at[n] != ' ' && rest.at[n] != '\t'))
				return false;
			while (n < rest.len && (rest.at[n] == ' ' || rest.at[n] == '\t'))
				n++;
			while (i + 1 < literal.len && (literal.at[i + 1] == ' ' || literal.at[i + 1] == '\t'))
				i++;
			continue;
		}
		if (n >= rest.len)
			return false;
		bool same = any_case ? span_eq_case(span_first(span_skip(literal, i), 1), span_first(span_skip(rest, n), 1)) :
		    rest.at[n] == c;
		if (!same)
			return false;
		n++;
	}
	*took = n;
	return true;
}

static bool
value_known(const struct trial *t, size_t name, struct span *value)
{
	for (size_t i = t->nkept; i-- > 0;)
		if (t->kept[i].name == name) {
			*value = t->kept[i].value;
			return true;
		}
	if (name == NAME_NONE || !t->vars->set[name])
		return false;
	*value = t->vars->value[name];
	return true;
}

static bool
keep_and_go_on(struct trial *t, size_t i, struct span rest, size_t n)
{
	size_t before = t->nkept;

	if (t->text->piece[i].name != NAME_NONE && t->nkept < CAPTURES_MAX) {
		t->kept[t->nkept].name = t->text->piece[i].name;
		t->kept[t->nkept++].value = span_first(rest, n);
	}
	if (pieces_match(t, i + 1, span_skip(rest, n)))
		return true;
	t->nkept = before;
	return false;
}

static bool
place_matches(struct trial *t, size_t i, struct span rest)
{
	const struct piece *p = &t->text->piece[i];
	struct span value;
	size_t n;

	if (value_known(t, p->name, &value))
		return literal_fits(t, value, rest, &n, true) && pieces_match(t, i + 1, span_skip(rest, n));
	if (p->type == TYPE_ANY) {
		for (n = 0; n <= rest.len; n++)
			if (keep_and_go_on(t, i, rest, n))
				return true;
		return false;
	}
	for (n = value_length(p->type, rest); n > 0; n--) {
		if (keep_and_go_on(t, i, rest, n))
			return true;
		if (p->type != TYPE_WORD && p->type != TYPE_HOST)
			break;
	}
	return false;
}

static bool
call_matches(struct trial *t, size_t i, struct span rest)
{
	struct script_text one = { .piece = &t->text->piece[i], .n = 1 };
	struct span value;
	size_t n;

	return text_fill(&one, t->vars, t->arena, &value, NULL, NULL) && literal_fits(t, value, rest, &n, false) &&
	    pieces_match(t, i + 1, span_skip(rest, n));
}

static bool
pieces_match(struct trial *t, size_t i, struct span rest)
{
	size_t n;

	if (++t->tries > TRIES_MAX)
		return false;
	if (i == t->text->n)
		return rest.len == 0;
	switch (t->text->piece[i].kind) {
	case PIECE_TEXT:
		return literal_fits(t, t->text->piece[i].text, rest, &n, false) && pieces_match(t, i + 1, span_skip(rest, n));
	case PIECE_REST:
		return true;
	case PIECE_ANYTHING:
		for (n = 0; n <= rest.len; n++)
			if (pieces_match(t, i + 1, span_skip(rest, n)))
				return true;
		return false;
	case PIECE_PLACE:
		return place_matches(t, i, rest);
	case PIECE_CALL:
		return call_matches(t, i, rest);
	}
	return false;
}

static struct span
without_trailing_blanks(struct span s)
{
	while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t' || s.at[s.len - 1] == '\r'))
		s.len--;
	return s;
}

/* A pattern against a line's text; what it captures is kept only when all of it fits. */
static bool
pattern_fits(const struct expect_line *l, struct span text, const struct match_how *how, struct script_vars *vars,
    struct arena *arena)
{
	bool exact = how->level == MATCH_EXACT;
	struct trial t = { .text = &l->text, .vars = vars, .arena = arena, .exact = exact };

	if (l->ere)
		return ere_match(l->ere, text, NULL);
	if (!pieces_match(&t, 0, exact ? text : without_trailing_blanks(text)))
		return false;
	for (size_t i = 0; i < t.nkept; i++)
		vars_set(vars, t.kept[i].name, t.kept[i].value);
	return true;
}

/* ---- the whole reply */

struct match {
	const struct expect *x;
	const struct reply *r;
	const struct match_how *how;
	struct script_vars *vars;
	struct arena *arena;
	struct match_result *out;
	struct span host;
};

static bool
differ(struct match *m, size_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));

static bool
differ(struct match *m, size_t line, const char *format, ...)
{
	va_list ap;

	m->out->line = line;
	m->out->about = m->x->line[line].text.source;
	va_start(ap, format);
	vsnprintf(m->out->why, sizeof m->out->why, format, ap);
	va_end(ap);
	return false;
}

static struct span
shown(struct match *m, struct span s)
{
	return text_safe(m->arena, span_first(s, 80));
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
		differ(m, 0, "expected code %.*s, received no code", SPAN_ARG(codes));
	else
		differ(m, 0, "expected code %.*s, received %03u", SPAN_ARG(codes), m->r->code);
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

/* The code of the k-th line; 0: it has none. */
static unsigned
line_code(const struct reply *r, size_t k)
{
	unsigned long long code;

	return span_number(span_first(raw_line(r, k), 3), 999, &code) && code >= 100 ? (unsigned)code : 0;
}

/* Lines of one reply have one code (RFC 5321 4.2.1), but where the script says of each line what it has. */
static bool
codes_agree(struct match *m)
{
	bool each = !m->how->ehlo && !m->x->more;

	for (size_t k = 0; k < m->r->nlines; k++) {
		size_t i = each && k < m->x->nlines ? k : 0;
		unsigned code = line_code(m->r, k);
		bool fits = code_fits(m, &m->x->line[i], code);
		if (i == 0 && k > 0)
			fits = m->how->level == MATCH_CLASS ? code / 100 == m->r->code / 100 : code == m->r->code;
		if (fits)
			continue;
		differ(m, i, "its lines do not all have the same code: line %zu is \"%.*s\"", k + 1, SPAN_ARG(shown(m, raw_line(m->r, k))));
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
		return pattern_fits(l, text, m->how, m->vars, m->arena);
	if (!text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL))
		return false;
	if (m->how->level == MATCH_EXACT)
		return span_eq(want, text);
	return span_eq(expect_normal(want, m->how, m->arena), expect_normal(text, m->how, m->arena));
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
	return differ(m, i, "expected \"%.*s\", received \"%.*s\"", SPAN_ARG(shown(m, want)), SPAN_ARG(shown(m, got)));
}

/* The first word of what a line says. */
static struct span
keyword_of(struct match *m, const struct expect_line *l)
{
	struct span want = l->text.source;

	text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL);
	return span_word(&want);
}

static bool
keyword_offered(struct match *m, size_t i)
{
	struct span want = keyword_of(m, &m->x->line[i]);

	for (size_t k = 1; k < m->r->nlines; k++) {
		struct span rest = m->r->line[k];
		if (span_eq_case(span_word(&rest), want))
			return true;
	}
	return want.len == 0 || differ(m, i, "expected EHLO to offer %.*s, and it does not", SPAN_ARG(shown(m, want)));
}

/* Keywords compare in any case, in any order. */
static bool
keyword_line_fits(struct match *m, const struct expect_line *l, struct span got)
{
	struct span want, a, b;

	if (l->text.patterns)
		return pattern_fits(l, got, m->how, m->vars, m->arena);
	if (!text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL))
		return false;
	a = expect_normal(want, m->how, m->arena);
	b = expect_normal(got, m->how, m->arena);
	if (!span_eq_case(span_word(&a), span_word(&b)))
		return false;
	return span_eq(a, b) || span_eq_case(a, b);
}

static bool
is_marker(const struct expect_line *l)
{
	return l->ncodes == 0 || l->more;
}

/* EHLO below `exact`: the greeting first, then a set. */
static bool
ehlo_set_fits(struct match *m)
{
	bool text = m->how->level == MATCH_TEXT;
	unsigned char *taken = arena_get(m->arena, m->r->nlines);
	size_t i, k;

	for (i = 1; i < m->x->nlines; i++) {
		const struct expect_line *l = &m->x->line[i];
		if (is_marker(l))
			continue;
		if (!text && !l->text.patterns) {
			if (m->how->level == MATCH_ENHANCED && !keyword_offered(m, i))
				return false;
			m->out->uncompared += m->how->level < MATCH_ENHANCED && l->text.n > 0;
			continue;
		}
		for (k = 1; k < m->r->nlines; k++)
			if (!taken[k] && keyword_line_fits(m, l, m->r->line[k]))
				break;
		if (k == m->r->nlines)
			return differ(m, i, "expected EHLO to offer \"%.*s\", and it does not", SPAN_ARG(shown(m, l->text.source)));
		taken[k] = 1;
	}
	for (k = 1; text && !m->x->more && k < m->r->nlines; k++)
		if (!taken[k])
			return differ(m, 0, "EHLO offers \"%.*s\", which is not expected", SPAN_ARG(shown(m, m->r->line[k])));
	return true;
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
		return differ(m, i, "expected a line \"%.*s\" more", SPAN_ARG(shown(m, l->source)));
	if (look)
		return line_fits(m, l, got) || text_differs(m, i, k);
	if (m->how->level == MATCH_ENHANCED && l->status.class) {
		struct span want = enhanced_of(l->text.piece[0].text), have = enhanced_of(got);
		if (!span_eq(want, have))
			return differ(m, i, "expected enhanced code %.*s, received %.*s", SPAN_ARG(want), SPAN_ARG(have.len ? have : SPAN("none")));
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
	return differ(m, i, "expected a line \"%.*s\"", SPAN_ARG(shown(m, m->x->line[i].source)));
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
		return differ(m, m->x->nlines - 1, "a line more than expected: \"%.*s\"", SPAN_ARG(shown(m, m->r->line[k])));
	return true;
}

/* Codes, separators and line ends, too, are octets. */
static bool
exact_fits(struct match *m)
{
	for (size_t k = 0; k < m->r->nlines && k < m->x->nlines; k++) {
		const struct expect_line *l = &m->x->line[k];
		struct span line = raw_line(m->r, k);
		if (l->ncodes == 0 || l->more)
			break;
		bool code = span_eq(span_first(line, 3), span_first(l->source, 3)) || l->ncodes > 1 || memchr(l->code[0].digit, 'x', 3);
		if (!code || l->separator != (line.len > 3 ? line.at[3] : 0)) {
			differ(m, k, "expected \"%.*s\", received \"%.*s\"", SPAN_ARG(shown(m, l->source)), SPAN_ARG(shown(m, line)));
			m->out->about = l->source;
			return false;
		}
	}
	return !(m->r->flaws & REPLY_BARE_LF) || differ(m, 0, "expected lines that end in CRLF, received a bare LF");
}

/* ---- which lines have a counterpart, for showing a difference */

static bool
lines_meet(struct match *m, size_t i, size_t k)
{
	const struct expect_line *l = &m->x->line[i];

	if (!m->how->ehlo || m->how->level == MATCH_EXACT)
		return i == k && compare_line(m, i, k);
	if (i == 0 || k == 0)
		return i == k && compare_line(m, i, k);
	if (m->how->level >= MATCH_TEXT || l->text.patterns)
		return keyword_line_fits(m, l, m->r->line[k]);
	struct span rest = m->r->line[k];
	return span_eq_case(span_word(&rest), keyword_of(m, l));
}

void
expect_met(const struct expect *x, const struct reply *r, const struct match_how *how, struct script_vars *vars,
    struct arena *arena, bool *expected, bool *received)
{
	struct script_vars *own = ARENA_NEW(arena, struct script_vars);	/* what is captured here is for nobody */
	struct match_result none;
	struct match m = { .x = x, .r = r, .how = how, .vars = own, .arena = arena, .out = &none };

	*own = *vars;
	own->arena = arena;
	if (x->any || !code_fits(&m, &x->line[0], r->code))
		return;
	for (size_t i = 0; i < x->nlines; i++) {
		expected[i] = is_marker(&x->line[i]);
		for (size_t k = 0; !expected[i] && k < r->nlines; k++)
			if (!received[k] && lines_meet(&m, i, k))
				expected[i] = received[k] = true;
	}
	for (size_t k = 0; k < r->nlines; k++)		/* lines more are no offence then */
		received[k] |= x->more || (how->level < MATCH_TEXT && k >= (how->ehlo ? 1 : x->nlines));
}

bool
expect_match(const struct expect *x, const struct reply *r, const struct match_how *how, struct script_vars *vars,
    struct arena *arena, struct match_result *out)
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
	if (r->code == 334 && (how->masks & 1u << MASK_BIT_CHALLENGE) && how->level == MATCH_TEXT && !x->line[0].text.patterns)
		return out->ok = true;
	if (how->level < MATCH_EXACT && x->nlines == 1 && x->line[0].separator == 0)
		return out->ok = true;		/* a bare code is about the code */
	if (how->level == MATCH_CLASS) {
		for (size_t i = 0; i < x->nlines; i++)	/* what is captured is wanted later */
			if (i < r->nlines && x->line[i].text.patterns)
				pattern_fits(&x->line[i], r->line[i], how, vars, arena);
			else
				out->uncompared += x->line[i].text.n > 0;
		return out->ok = true;
	}
	if (how->ehlo && how->level < MATCH_EXACT)
		return out->ok = (is_marker(&x->line[0]) || compare_line(&m, 0, 0)) && ehlo_set_fits(&m);
	return out->ok = lines_fit(&m) && (how->level < MATCH_EXACT || exact_fits(&m));
}

bool
expect_default(const struct reply *r, struct match_result *out)
{
	*out = (struct match_result){ .ok = r->code / 100 == 2 || r->code / 100 == 3 };
	for (size_t k = 1; out->ok && k < r->nlines; k++)
		if (line_code(r, k) / 100 != r->code / 100) {
			snprintf(out->why, sizeof out->why, "expected 2yz or 3yz, and line %zu has another code than the first, %03u", k + 1, r->code);
			out->ok = false;
			return false;
		}
	if (!out->ok)
		snprintf(out->why, sizeof out->why, r->code ? "expected 2yz or 3yz, received %03u" :
		    "expected 2yz or 3yz, received no reply code", r->code);
	return out->ok;
}
