/* extension - parses the reply to EHLO. */
#include "smtp/extension.h"

#include "base/ascii.h"

enum { MERGED_MAX = 1024 };

/*
 * ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-"); "_" occurs in X_PIPE_CONNECT, and "=" in
 * AUTH=LOGIN.
 */
static bool
is_keyword(struct span word)
{
	if (word.len == 0 || word.at[0] == '-')
		return false;
	for (size_t i = 0; i < word.len; i++) {
		char c = word.at[i];
		if (!(ascii_is_alnum(c) || c == '-' || c == '_'))
			return false;
	}
	return true;
}

static struct extension *
find(const struct extensions *e, struct span keyword)
{
	for (size_t i = 0; i < e->n; i++)
		if (span_eq_case(e->list[i].keyword, keyword))
			return &e->list[i];
	return NULL;
}

/*
 * Adds the mechanisms of a further AUTH line that the first did not have. The time is quadratic,
 * hence the maximum.
 */
static void
merge_words(struct span *into, struct span more, struct arena *arena)
{
	for (struct span word = span_word(&more); word.len > 0 && into->len + word.len < MERGED_MAX;
	     word = span_word(&more)) {
		struct span have = *into, w;
		bool known_already = false;
		while ((w = span_word(&have)).len > 0)
			known_already |= span_eq_case(w, word);
		if (!known_already)
			*into = arena_join(arena, *into, " ", word);
	}
}

static void
add(struct extensions *e, struct span keyword, struct span params, struct arena *arena)
{
	struct extension *old = find(e, keyword);

	if (old) {
		merge_words(&old->params, params, arena);
		return;
	}
	if (e->n == EXTENSIONS_MAX) {
		e->cut = true;
		return;
	}
	e->list[e->n++] = (struct extension){
		.keyword = arena_copy(arena, keyword),
		.params = arena_copy(arena, span_trim(params)),
		.info = extension_info(keyword),
	};
}

static void
add_line(struct extensions *e, struct span line, bool last, struct arena *arena)
{
	struct span rest = line;
	struct span word = span_word(&rest);

	if (span_starts_case(word, SPAN("AUTH="))) {
		e->auth_equals = true;
		struct span first = span_skip(word, 5);
		add(e, SPAN("AUTH"),
		    arena_printf(arena, "%.*s %.*s", SPAN_ARG(first), SPAN_ARG(rest)), arena);
		return;
	}
	bool is_text = !is_keyword(word) ||
	    (last && rest.len == 0 && span_eq_case(word, SPAN("OK")));
	if (is_text && last)
		e->closing = arena_copy(arena, line);
	else if (word.len > 0)
		add(e, word, rest, arena);
}

void
extensions_parse(const struct reply *reply, struct arena *arena, struct extensions *out)
{
	struct span first = reply->line[0];

	*out = (struct extensions){ 0 };
	out->host = arena_copy(arena, span_word(&first));
	out->greeting = arena_copy(arena, first);
	size_t most = reply->nlines - 1;		/* the first line has the host name */
	out->list = ARENA_ARRAY(
	    arena, struct extension, most < EXTENSIONS_MAX ? most : EXTENSIONS_MAX);
	for (size_t i = 1; i < reply->nlines; i++)
		add_line(out, reply->line[i], i + 1 == reply->nlines, arena);
}

const struct extension *
extensions_find(const struct extensions *e, struct span keyword)
{
	return find(e, keyword);
}

bool
extensions_offer(const struct extensions *e, const char *keyword)
{
	return find(e, span_of(keyword)) != NULL;
}

bool
extensions_limit(const struct extensions *e, const char *name, unsigned long long *max)
{
	const struct extension *limits = extensions_find(e, SPAN("LIMITS"));
	struct span rest = limits ? limits->params : SPAN_NONE, word;

	while ((word = span_word(&rest)).len > 0) {
		struct span given = span_until(&word, '=');
		if (span_eq_case(given, span_of(name)))
			return span_number(word, ~0ull, max) && *max > 0;
	}
	return false;
}
