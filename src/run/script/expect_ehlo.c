/* expect_ehlo - what EHLO offers against what is expected of it: a set, in any order. */
#include "run/script/expect_priv.h"

struct span
match_keyword(struct match *m, const struct expect_line *l)
{
	struct span want = l->text.source;

	text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL);
	return span_word(&want);
}

static bool
keyword_offered(struct match *m, size_t i)
{
	struct span want = match_keyword(m, &m->x->line[i]);

	for (size_t k = 1; k < m->r->nlines; k++) {
		struct span rest = m->r->line[k];
		if (span_eq_case(span_word(&rest), want))
			return true;
	}
	return want.len == 0 || match_differs(m, i, "expected EHLO to offer %.*s, and it does not", SPAN_ARG(match_shown(m, want)));
}

bool
match_keyword_line(struct match *m, const struct expect_line *l, struct span got)
{
	struct span want, a, b;

	if (l->text.patterns)
		return expect_pattern_fits(l, got, m->how, m->vars, m->arena);
	if (!text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL))
		return false;
	a = expect_normal(want, m->how, m->arena);
	b = expect_normal(got, m->how, m->arena);
	if (!span_eq_case(span_word(&a), span_word(&b)))
		return false;
	return span_eq(a, b) || span_eq_case(a, b);
}

bool
match_is_marker(const struct expect_line *l)
{
	return l->ncodes == 0 || l->more;
}

bool
match_ehlo_set(struct match *m)
{
	bool text = m->how->level == MATCH_TEXT;
	unsigned char *taken = arena_get(m->arena, m->r->nlines);
	size_t i, k;

	for (i = 1; i < m->x->nlines; i++) {
		const struct expect_line *l = &m->x->line[i];
		if (match_is_marker(l))
			continue;
		if (!text && !l->text.patterns) {
			if (m->how->level == MATCH_ENHANCED && !keyword_offered(m, i))
				return false;
			m->out->uncompared += m->how->level < MATCH_ENHANCED && l->text.n > 0;
			continue;
		}
		for (k = 1; k < m->r->nlines; k++)
			if (!taken[k] && match_keyword_line(m, l, m->r->line[k]))
				break;
		if (k == m->r->nlines)
			return match_differs(m, i, "expected EHLO to offer \"%.*s\", and it does not", SPAN_ARG(match_shown(m, l->text.source)));
		taken[k] = 1;
	}
	for (k = 1; text && !m->x->more && k < m->r->nlines; k++)
		if (!taken[k])
			return match_differs(m, 0, "EHLO offers \"%.*s\", which is not expected", SPAN_ARG(match_shown(m, m->r->line[k])));
	return true;
}
