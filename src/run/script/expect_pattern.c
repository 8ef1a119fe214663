/*
 * expect_pattern - matches a text with a pattern, which is a list of pieces. The first piece takes
 * some of the front of the text, and the pieces after it must take exactly the rest. If they do
 * not, a piece that can take several lengths tries the next one: "[..]" and {{x:any}} every length,
 * from the shortest; {{x:word}}, {{x:host}} and {{x:queueid}} the longest possible, then shorter
 * ones. Other types take only the longest. What a placeholder took is known to the pieces after it,
 * and is forgotten when another length is tried; variables are set only when the whole pattern
 * matches. The tries are counted, and after TRIES_MAX the line does not match: a hostile reply to
 * many "[..]" could otherwise take forever.
 */
#include "run/script/expect.h"

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
pattern_fits_from(struct trial *t, size_t i, struct span rest);

/*
 * Matches a literal with the front of `rest`; unless exact, any run of spaces and tabs matches any
 * other. *took is how much it takes. Returns false when it does not match.
 */
static bool
pattern_literal_fits(
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
pattern_value(const struct trial *t, size_t name, struct span *value)
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
pattern_capture(struct trial *t, size_t i, struct span rest, size_t n)
{
	size_t before = t->nkept;

	if (t->text->piece[i].name != NAME_NONE && t->nkept < CAPTURES_MAX) {
		t->kept[t->nkept].name = t->text->piece[i].name;
		t->kept[t->nkept++].value = span_first(rest, n);
	}
	if (pattern_fits_from(t, i + 1, span_skip(rest, n)))
		return true;
	t->nkept = before;
	return false;
}

static bool
pattern_place_fits(struct trial *t, size_t i, struct span rest)
{
	const struct piece *p = &t->text->piece[i];
	struct span value;
	size_t n;

	if (pattern_value(t, p->name, &value))
		return pattern_literal_fits(t, value, rest, &n, true) &&
		    pattern_fits_from(t, i + 1, span_skip(rest, n));
	if (p->type == TYPE_ANY) {
		for (n = 0; n <= rest.len; n++)
			if (pattern_capture(t, i, rest, n))
				return true;
		return false;
	}
	for (n = value_length(p->type, rest); n > 0; n--) {
		if (pattern_capture(t, i, rest, n))
			return true;
		if (p->type != TYPE_WORD && p->type != TYPE_HOST && p->type != TYPE_QUEUEID)
			break;
	}
	return false;
}

static bool
pattern_call_fits(struct trial *t, size_t i, struct span rest)
{
	struct script_text one = { .piece = &t->text->piece[i], .n = 1 };
	struct span value;
	size_t n;

	return text_fill(&one, t->vars, t->arena, &value, NULL, NULL) &&
	    pattern_literal_fits(t, value, rest, &n, false) &&
	    pattern_fits_from(t, i + 1, span_skip(rest, n));
}

static bool
pattern_fits_from(struct trial *t, size_t i, struct span rest)
{
	size_t n;

	if (++t->tries > TRIES_MAX)
		return false;
	if (i == t->text->n)
		return rest.len == 0;
	switch (t->text->piece[i].kind) {
	case PIECE_TEXT:
		return pattern_literal_fits(t, t->text->piece[i].text, rest, &n, false) &&
		    pattern_fits_from(t, i + 1, span_skip(rest, n));
	case PIECE_REST:
		return true;
	case PIECE_ANYTHING:
		for (n = 0; n <= rest.len; n++)
			if (pattern_fits_from(t, i + 1, span_skip(rest, n)))
				return true;
		return false;
	case PIECE_PLACE:
		return pattern_place_fits(t, i, rest);
	case PIECE_CALL:
		return pattern_call_fits(t, i, rest);
	}
	return false;
}

bool
expect_pattern_fits(const struct expect_line *l, struct span text, const struct match_how *how,
    struct script_vars *vars, struct arena *arena)
{
	bool exact = how->level == MATCH_EXACT;
	struct trial t = { .text = &l->text, .vars = vars, .arena = arena, .exact = exact };

	if (l->ere)
		return ere_match(l->ere, text, NULL);
	if (!pattern_fits_from(&t, 0, exact ? text : span_trim_end(text, " \t\r")))
		return false;
	for (size_t i = 0; i < t.nkept; i++)
		vars_set(vars, t.kept[i].name, t.kept[i].value);
	return true;
}
