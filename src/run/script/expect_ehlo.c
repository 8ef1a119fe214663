/* expect_ehlo - what EHLO offers against what is expected of it: a set, in any order. */
#include "run/script/expect_priv.h"

#include <stdlib.h>
#include <strings.h>

struct span
match_keyword(struct match *m, const struct expect_line *l)
{
	struct span want = l->text.source;

	text_fill(&l->text, m->vars, m->arena, &want, NULL, NULL);
	return span_word(&want);
}

/*
 * The reply's lines by their keyword, so that as many can be sought as there are: a server may send
 * tens of thousands.
 */
struct offered { struct span keyword; size_t line; };

static int
by_keyword(const void *a, const void *b)
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
		struct span rest = m->how->level == MATCH_TEXT ?
		    expect_normal(m->r->line[k], m->how, m->arena) :
		    m->r->line[k];
		all[k - 1] = (struct offered){ span_word(&rest), k };
	}
	qsort(all, m->r->nlines - 1, sizeof *all, by_keyword);
	return all;
}

/* The first line of the reply with this keyword, and those behind it up to *end. */
static size_t
find_offered(const struct match *m, const struct offered *all, struct span keyword, size_t *end)
{
	size_t low = 0, high = m->r->nlines - 1;
	struct offered want = { keyword, 0 };

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (by_keyword(&all[middle], &want) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (*end = low; *end < m->r->nlines - 1 && span_eq_case(all[*end].keyword, keyword);
	     ++*end)
		;
	return low;
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

/*
 * An expected line against those of the reply that nothing else took; the place of the one it
 * takes, or nlines.
 */
static size_t
take_line(
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
	struct span rest = expect_normal(want, m->how, m->arena);
	for (i = find_offered(m, all, span_word(&rest), &end); i < end; i++)
		if (!taken[all[i].line] && match_keyword_line(m, l, m->r->line[all[i].line]))
			return all[i].line;
	return m->r->nlines;
}

bool
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
				    "expected EHLO to offer %.*s, and it does not",
				    SPAN_ARG(match_shown(m, want)));
			m->out->uncompared += !all && l->text.n > 0;
			continue;
		}
		k = take_line(m, l, all, taken);
		if (k == m->r->nlines)
			return match_differs(m, i,
			    "expected EHLO to offer \"%.*s\", and it does not",
			    SPAN_ARG(match_shown(m, l->text.source)));
		taken[k] = true;
	}
	for (k = 1; text && !m->x->more && k < m->r->nlines; k++)
		if (!taken[k])
			return match_differs(m, 0, "EHLO offers \"%.*s\", which is not expected",
			    SPAN_ARG(match_shown(m, m->r->line[k])));
	return true;
}
