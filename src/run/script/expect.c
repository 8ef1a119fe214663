/* expect - parses what a script expects of a reply. */
#include "run/script/expect.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"

static const char *const level_words[] = {
#define X(name, word, help) [MATCH_##name] = word,
	MATCH_LEVELS(X)
#undef X
};

static const char *const mask_words[] = {
#define X(name, word) [MASK_BIT_##name] = word,
	MATCH_MASKS(X)
#undef X
};

enum match_level
match_level_of(struct span word)
{
	for (size_t i = 0; i < MATCH_UNSET; i++)
		if (span_eq(word, span_of(level_words[i])))
			return (enum match_level)i;
	return MATCH_UNSET;
}

const char *
match_level_word(enum match_level level)
{
	return level < MATCH_UNSET ? level_words[level] : "";
}

const char *
mask_word(enum match_mask_bit bit)
{
	assert((size_t)bit < sizeof mask_words / sizeof *mask_words);
	return mask_words[bit];
}

enum reply_place
reply_place_of(const struct due *due)
{
	if (due->stage == DUE_GREETING)
		return PLACE_GREETING;
	if (due_is_message(due))
		return PLACE_QUEUED;
	return verb_is_hello(due->verb) ? PLACE_HELLO : PLACE_ANY;
}

enum reply_place
reply_place_of_line(enum reply_place place, size_t i)
{
	return place == PLACE_HELLO && i > 0 ? PLACE_KEYWORD : place;
}

/* ---- regular expressions */

/* maximum octets of an expression; maximum states of all expressions of a script */
enum { SOURCE_MAX = 256, SCRIPT_PLACES = 500000 };

const struct expect_ere *
ere_compile(struct span source, struct arena *arena, struct expect_ere **list, struct err *err)
{
	struct expect_ere *e = ARENA_NEW(arena, struct expect_ere);
	struct err why;

	if (source.len > SOURCE_MAX) {
		err_set(err, ERR_USAGE, "regular expression longer than %d octets", SOURCE_MAX);
		return NULL;
	}
	e->source = arena_copy(arena, source);
	e->ere = ere_new(e->source, 0, arena, &why);
	if (!e->ere) {
		err_set(err, ERR_USAGE, "invalid regular expression /%.*s/: %s",
		    SPAN_ARG(span_first(source, 60)), why.text);
		return NULL;
	}
	e->places = ere_places(e->ere) + (*list ? (*list)->places : 0);
	if (e->places > SCRIPT_PLACES) {
		err_set(err, ERR_USAGE,
		    "the script's regular expressions expand to more than %d states",
		    SCRIPT_PLACES);
		return NULL;
	}
	e->next = *list;
	*list = e;
	return e;
}

bool
ere_match(const struct expect_ere *e, struct span line, struct span *group)
{
	return ere_search(e->ere, line, group);
}

/* ---- one S: line */

static struct expect_line *
expect_new_line(struct expect *x, struct cursor *c, struct arena *arena)
{
	x->line = arena_more(arena, x->line, x->nlines, sizeof *x->line);
	if (x->nlines == 0)
		x->place = c->place;
	struct expect_line *l = &x->line[x->nlines++];
	l->place = c->place;
	l->source = arena_copy(arena, c->rest);
	return l;
}

static bool
expect_wants_code(const struct cursor *c, struct err *err)
{
	return cursor_fail(
	    c, err, "expected a reply code such as 250, 2xx or 250|251, or * for any reply");
}

/* Parses the codes of a line: "250", "2xx", "550|551". */
static bool
expect_parse_codes(struct expect_line *l, struct cursor *c, struct err *err)
{
	for (;;) {
		bool x = false;
		if (c->rest.len < 3 || !ascii_is_digit(c->rest.at[0]))
			return expect_wants_code(c, err);
		for (size_t i = 0; i < 3; i++) {
			char d = c->rest.at[i];
			if (d != 'x' && (!ascii_is_digit(d) || x))
				return expect_wants_code(c, err);
			x |= d == 'x';
			l->code[l->ncodes].digit[i] = d;
		}
		l->ncodes++;
		c->rest = span_skip(c->rest, 3);
		if (c->rest.len == 0 || c->rest.at[0] != '|')
			return true;
		if (l->ncodes == CODES_MAX)
			return cursor_fail(c, err, "more than %d reply codes", CODES_MAX);
		c->rest = span_skip(c->rest, 1);
	}
}

static bool
is_ere(struct span text)
{
	size_t n = 0;

	if (text.len < 2 || text.at[0] != '/' || text.at[text.len - 1] != '/')
		return false;
	while (n < text.len - 1 && text.at[text.len - 2 - n] == '\\')
		n++;
	return n % 2 == 0;
}

static bool
expect_parse_text(struct expect_line *l, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	size_t len;

	if (is_ere(c->rest)) {
		struct err why;
		l->text.source = arena_copy(ctx->arena, c->rest);
		l->text.patterns = true;
		l->ere = ere_compile(
		    span_skip(span_first(c->rest, c->rest.len - 1), 1), ctx->arena, eres, &why);
		if (!l->ere)
			return cursor_fail(c, err, "%s", why.text);
		c->rest = span_skip(c->rest, c->rest.len);
		return true;
	}
	if (!text_parse(&l->text, c, ctx, err))
		return false;
	if (l->text.n > 0 && l->text.piece[0].kind == PIECE_TEXT)
		l->status = status_parse(l->text.piece[0].text, &len);
	return true;
}

bool
expect_add_line(struct expect *x, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, bool *open, struct err *err)
{
	bool whole = x->nlines == 0;
	struct expect_line *l;

	*open = false;
	if (whole && span_eq(c->rest, SPAN("*"))) {
		expect_new_line(x, c, ctx->arena);
		x->any = true;
		return true;
	}
	if (span_eq(c->rest, SPAN("..."))) {
		if (whole)
			return cursor_fail(c, err,
			    "\"S: ...\" stands for further lines of a reply: it must follow a line "
			    "with a reply code; \"S: *\" matches any reply");
		expect_new_line(x, c, ctx->arena)->more = true;
		x->more = *open = true;
		return true;
	}
	l = expect_new_line(x, c, ctx->arena);
	if (!expect_parse_codes(l, c, err))
		return false;
	if (c->rest.len == 0)
		return true;
	if (c->rest.at[0] != ' ' && c->rest.at[0] != '-')
		return cursor_fail(c, err, "expected a space or \"-\" after the reply code");
	l->separator = c->rest.at[0];
	c->rest = span_skip(c->rest, 1);
	if (!expect_parse_text(l, c, ctx, eres, err))
		return false;
	*open = l->separator == '-';
	l->more = !*open && l->text.n == 1 && l->text.piece[0].kind == PIECE_REST;
	x->more |= l->more;
	return true;
}

bool
expect_code_fits(const struct expect_line *l, unsigned code, size_t digits)
{
	char got[4];

	assert(digits <= sizeof l->code->digit);
	snprintf(got, sizeof got, "%03u", code % 1000);
	for (size_t k = 0; k < l->ncodes; k++) {
		size_t i = 0;
		while (i < digits && (l->code[k].digit[i] == 'x' || l->code[k].digit[i] == got[i]))
			i++;
		if (i == digits)
			return true;
	}
	return false;
}

bool
expect_names(const struct expect *x, unsigned code)
{
	char digits[4];

	snprintf(digits, sizeof digits, "%03u", code % 1000);
	for (size_t k = 0; !x->any && x->nlines > 0 && k < x->line[0].ncodes; k++)
		if (memcmp(x->line[0].code[k].digit, digits, 3) == 0)
			return true;
	return false;
}

bool
expect_may_be(const struct expect *x, unsigned code)
{
	return x->any || x->nlines == 0 || expect_code_fits(&x->line[0], code, 3);
}
