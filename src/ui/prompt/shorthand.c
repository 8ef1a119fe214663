/* shorthand - expands abbreviated command names. */
#include "ui/prompt/shorthand.h"

/* Other names of commands: after "/", and as a bare line without a connection, ignoring case. */
static const struct {
	const char *word, *command;
	bool slash, bare;
} others[] = {
	{ "?", "help", true, true },
	{ "exit", "quit", true, true },
	{ ":q", "quit", false, true },
	{ "bye", "quit", false, true },
	{ "help", "help", false, true },
	{ "quit", "quit", false, true },
	{ "version", "version", false, true },
};

/* Returns the only name that begins with this; NULL: there is none, or more than one. */
static const char *
shorthand_only(const struct prompt_command *const table[], struct span beginning)
{
	const char *only = NULL;

	for (struct prompt_word w = { .table = table }; prompt_next_word(&w);) {
		if (span_eq(beginning, span_of(w.name)))
			return w.name;
		if (!span_starts(span_of(w.name), beginning))
			continue;
		if (only)
			return NULL;
		only = w.name;
	}
	return only;
}

struct span
shorthand_expand(
    struct buf *room, const struct prompt_command *const table[], struct span line, bool bare)
{
	bool slash = line.len > 0 && line.at[0] == '/';
	size_t n = slash;

	if (!slash && !bare)
		return line;
	while (n < line.len && line.at[n] != ' ')
		n++;
	struct span word = span_skip(span_first(line, n), slash);
	const char *name = NULL;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if ((slash ? others[i].slash : others[i].bare) &&
		    span_eq_case(word, span_of(others[i].word)))
			name = others[i].command;
	if (!name && slash && word.len > 0)
		name = shorthand_only(table, word);
	if (!name)
		return line;
	buf_consume(room, buf_span(room).len);
	room->max = line.len + 64;
	buf_append(room, SPAN("/"));
	buf_append(room, span_of(name));
	buf_append(room, span_skip(line, n));
	return buf_span(room);
}

size_t
shorthand_list(const struct prompt_command *const table[], struct span beginning, struct buf *out)
{
	size_t n = 0;

	for (struct prompt_word w = { .table = table }; prompt_next_word(&w);)
		if (span_starts(span_of(w.name), beginning))
			buf_printf(out, "%s/%s", n++ ? ", " : "", w.name);
	return n;
}
