/*
 * expect_pattern - one text against one pattern: literals, places that capture, and "[..]" tried at
 * every length.
 */
#include "run/script/expect_priv.h"

enum { TRIES_MAX = 200000, CAPTURES_MAX = 16 };

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

/*
 * How much of `rest` the literal takes; a run of blanks is as good as one. False: it does not fit.
 */
static bool
literal_fits(
    const struct trial *t, struct span literal, struct span rest, size_t *took, bool any_case)
{
	size_t n = 0;

	for (size_t i = 0; i < literal.len; i++) {
		char c = literal.at[i];
		if (!t->exact && (c == ' ' || c == '\t')) {
			if (n >= rest.len || (rest.at[n] != ' ' && rest.at[n] != '\t'))
				return false;
			while (n < rest.len && (rest.at[n] == ' ' || rest.at[n] == '\t'))
				n++;
			while (i + 1 < literal.len &&
			    (literal.at[i + 1] == ' ' || literal.at[i + 1] == '\t'))
				i++;
			continue;
		}
		if (n >= rest.len)
			return false;
		bool same = any_case ? span_eq_case(span_first(span_skip(literal, i), 1),
					   span_first(span_skip(rest, n), 1)) :
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
		return literal_fits(t, value, rest, &n, true) &&
		    pieces_match(t, i + 1, span_skip(rest, n));
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

	return text_fill(&one, t->vars, t->arena, &value, NULL, NULL) &&
	    literal_fits(t, value, rest, &n, false) && pieces_match(t, i + 1, span_skip(rest, n));
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
		return literal_fits(t, t->text->piece[i].text, rest, &n, false) &&
		    pieces_match(t, i + 1, span_skip(rest, n));
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
	while (s.len > 0 &&
	    (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t' || s.at[s.len - 1] == '\r'))
		s.len--;
	return s;
}

bool
expect_pattern_fits(const struct expect_line *l, struct span text, const struct match_how *how,
    struct script_vars *vars, struct arena *arena)
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
