/*
 * smtpsh explain - explains a code, a keyword, a parameter, an alert, an error or an exit status.
 */
#include <stdio.h>
#include <unistd.h>

#include "ui/cmd/commands.h"
#include "ui/show/standard.h"
#include "ui/show/explain.h"
#include "ui/show/json.h"

/* An argument may have several words, like a reply pasted in quotes. */
static size_t
split(const struct options *o, struct span **out, struct arena *arena)
{
	size_t n = 0, max = 0;

	for (size_t i = 0; i < o->nargs; i++)
		max += strlen(o->arg[i]) / 2 + 1;
	struct span *word = ARENA_ARRAY(arena, struct span, max + 1);
	for (size_t i = 0; i < o->nargs; i++) {
		struct span rest = span_of(o->arg[i]);
		for (struct span w = span_word(&rest); w.len > 0; w = span_word(&rest))
			word[n++] = w;
	}
	*out = word;
	return n;
}

/*
 * Reads a log or a bounce from standard input: for "-", or without arguments unless standard input
 * is a terminal.
 */
static void
read_input(struct options *o)
{
	enum { INPUT_MAX = 16384 };
	bool asked = o->nargs == 1;

	o->nargs = 0;
	if (!asked && isatty(0))
		return;
	char *text = arena_get(&o->arena, INPUT_MAX + 1);
	size_t n = fread(text, 1, INPUT_MAX, stdin);
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	const char **arg = ARENA_NEW(&o->arena, const char *);
	*arg = text;
	o->arg = (void *)arg;
	o->nargs = n > 0;
}

static int
run_explain(struct options *o, struct err *err)
{
	const struct explanation *e = NULL;
	struct screen screen;
	struct span *word;

	if (o->nargs == 0 || (o->nargs == 1 && strcmp(o->arg[0], "-") == 0))
		read_input(o);
	size_t n = split(o, &word, &o->arena);
	if (n == 0)
		err_set(err, ERR_USAGE,
		    "explain: expected a code, a keyword or an error, as in: smtpsh explain 550 "
		    "5.7.1");
	else
		e = explain_words(word, n, &o->arena, err);
	if (e && o->format == FORMAT_JSON) {
		json_explanation(stdout, e);
	} else if (e) {
		screen_init(&screen, stdout, &o->look);
		explain_show(&screen, e);
		screen_release(&screen);
	}
	return 0;
}

const struct command command_explain = {
	.name = "explain",
	.group = FOR_DIAGNOSIS,
	.args = "CODE|KEYWORD|ERROR...",
	.args_max = ARGS_ANY,
	.help =
	    "Explain a reply code, a reply text, an EHLO keyword, a TLS alert or an exit status",
	.scope = SCOPE_EXPLAIN,
	.run = run_explain,
	.example = { "explain 550 5.7.1", "explain SIZE", "explain exit 5" },
};
