/* complete - what could stand at the end of a line: from the tables, the last EHLO, the history, the file system. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "smtp/parameter.h"
#include "ui/help.h"
#include "ui/talk.h"

struct candidates {
	struct buf *out;
	struct span prefix;
};

static bool
is_there(const struct candidates *c, struct span text)
{
	struct span all = buf_span(c->out), line;

	while (span_line(&all, &line))
		if (span_eq(line, text))
			return true;
	return false;
}

/* `text` and what stands behind it, if it begins as what was typed does. */
static void
try(struct candidates *c, struct span text, const char *suffix)
{
	char whole[300];

	if (!span_starts_case(text, c->prefix) || text.len > 200)
		return;
	snprintf(whole, sizeof whole, "%.*s%s", SPAN_ARG(text), suffix);
	if (!is_there(c, span_of(whole)))
		buf_printf(c->out, "%s\n", whole);
}

static bool
offers(const struct session_view *v, const char *extension)
{
	return !extension || (v->extensions && extensions_offer(v->extensions, extension));
}

/* ---- verbs and what stands behind them */

static const char *
behind_verb(enum verb verb)
{
	return verb == VERB_MAIL ? " FROM:<" : verb == VERB_RCPT ? " TO:<" : verb_info(verb)->syntax[0] == ' ' &&
	    verb_info(verb)->syntax[1] != '[' ? " " : "";
}

/* Those that are legal now; only when none of them fits, the others. */
static void
verbs(const struct session_view *v, struct candidates *c)
{
	for (int legal = 1; legal >= 0 && buf_span(c->out).len == 0; legal--)
		for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
			if ((dialogue_allows(&v->dialogue, verb) && offers(v, verb_info(verb)->extension)) == legal)
				try(c, span_of(verb_info(verb)->name), behind_verb(verb));
}

/* What earlier lines had between `mark` and the next one of `ends`. */
static void
from_history(struct talk *t, struct span mark, const char *ends, const char *suffix, struct candidates *c)
{
	struct span all = buf_span(&t->history.lines), line;

	while (span_line(&all, &line)) {
		struct span upper = line, found = SPAN_NONE;
		while (upper.len >= mark.len && found.len == 0) {
			if (span_starts_case(upper, mark))
				found = span_skip(upper, mark.len);
			upper = span_skip(upper, 1);
		}
		size_t n = 0;
		while (n < found.len && !strchr(ends, found.at[n]))
			n++;
		if (n > 0)
			try(c, span_first(found, n), suffix);
	}
}

static bool
was_given(struct span params, const char *name)
{
	struct span word;

	while ((word = span_word(&params)).len > 0)
		if (span_eq_case(span_until(&word, '='), span_of(name)))
			return true;
	return false;
}

static void
values(const struct session_view *v, const struct parameter *p, struct candidates *c)
{
	struct span list = span_of(p->values), value;

	while ((value = span_word(&list)).len > 0)
		if (!span_eq(value, SPAN("BINARYMIME")) || offers(v, "BINARYMIME"))
			try(c, value, "");
}

/* The last word of MAIL's or RCPT's parameters; how much of it is replaced. */
static size_t
one_parameter(const struct session_view *v, enum verb verb, struct span params, struct candidates *c)
{
	size_t n = params.len;

	while (n > 0 && params.at[n - 1] != ' ')
		n--;
	struct span word = span_skip(params, n), given = word, name = span_until(&given, '=');
	const struct parameter *p = parameter_find(verb, name);
	if (p && name.len < word.len) {
		c->prefix = given;
		values(v, p, c);
		return given.len;
	}
	c->prefix = word;
	for (p = parameters; p->name; p++)
		if (p->verb == verb && offers(v, p->extension) && !was_given(span_first(params, n), p->name))
			try(c, span_of(p->name), p->syntax[0] == '=' ? "=" : "");
	return word.len;
}

static size_t
envelope(struct talk *t, const struct session_view *v, enum verb verb, struct span args, struct candidates *c)
{
	struct span word = verb == VERB_MAIL ? SPAN("FROM:<") : SPAN("TO:<"), path, params;

	c->prefix = args;
	if (args.len < word.len) {
		try(c, word, "");
		return args.len;
	}
	if (!parameter_split(verb, args, &path, &params) || path.len == 0)
		return 0;
	if (path.at[0] == '<' && path.at[path.len - 1] != '>') {
		c->prefix = span_skip(path, 1);
		from_history(t, SPAN("FROM:<"), ">", "> ", c);
		from_history(t, SPAN("TO:<"), ">", "> ", c);
		return c->prefix.len;
	}
	const char *end = args.at + args.len;
	if (path.at + path.len == end)
		return 0;
	params = span_skip(args, (size_t)(path.at + path.len - args.at));
	return one_parameter(v, verb, params, c);
}

static size_t
verb_arguments(struct talk *t, const struct session_view *v, struct span line, struct candidates *c)
{
	struct span args;
	enum verb verb = verb_of(line, &args);

	c->prefix = args;
	switch (verb) {
	case VERB_MAIL: case VERB_RCPT:
		return envelope(t, v, verb, args, c);
	case VERB_AUTH:
		if (v->extensions && extensions_find(v->extensions, SPAN("AUTH")))
			for (struct span list = extensions_find(v->extensions, SPAN("AUTH"))->params, m; (m = span_word(&list)).len > 0;)
				try(c, m, "");
		return args.len;
	case VERB_EHLO: case VERB_HELO: case VERB_LHLO:
		from_history(t, SPAN("EHLO "), " ", "", c);
		from_history(t, SPAN("HELO "), " ", "", c);
		return args.len;
	case VERB_VRFY: case VERB_EXPN:
		from_history(t, SPAN("TO:<"), ">", "", c);
		return args.len;
	default:
		return 0;
	}
}

/* ---- commands and what stands behind them */

static void
files(struct candidates *c)
{
	char folder[1024], path[1400];
	struct span typed = c->prefix;
	size_t n = typed.len;

	while (n > 0 && typed.at[n - 1] != '/')
		n--;
	snprintf(folder, sizeof folder, "%.*s", SPAN_ARG(span_first(typed, n)));
	DIR *d = opendir(n ? folder : ".");
	for (struct dirent *e; d && (e = readdir(d));) {
		struct stat st;
		if (e->d_name[0] == '.' && (n == typed.len || typed.at[n] != '.'))
			continue;
		snprintf(path, sizeof path, "%s%s", folder, e->d_name);
		try(c, span_of(path), stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? "/" : "");
	}
	if (d)
		closedir(d);
}

static void
help_words(struct candidates *c)
{
	for (const struct help_topic *t = help_topics; t->name; t++)
		try(c, span_of(t->name), "");
	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		try(c, span_of(verb_info(verb)->name), "");
	try(c, SPAN("commands"), "");
	for (struct prompt_word w = { 0 }; prompt_next_word(&w);)
		try(c, span_of(w.name), "");
}

static void
settings(struct span args, struct candidates *c)
{
	struct span name = span_word(&args);
	const struct option *o = option_find(SCOPE_SET, name);

	if (c->prefix.at != name.at && o) {
		for (const struct choice *x = o->choices; x && x->word; x++)
			try(c, span_of(x->word), "");
		if (o->kind == OPTION_FLAG) {
			try(c, SPAN("on"), "");
			try(c, SPAN("off"), "");
		}
		return;
	}
	for (o = options; o->name; o++)
		if (o->scope & SCOPE_SET)
			try(c, span_of(o->name), " ");
}

static void
hosts(struct talk *t, const struct session_view *v, struct candidates *c)
{
	try(c, SPAN("demo:"), "");
	try(c, v->host, "");
	from_history(t, SPAN("/open "), " ", "", c);
}

static void
command_names(struct candidates *c)
{
	for (struct prompt_word w = { 0 }; prompt_next_word(&w);)
		try(c, span_of(w.name), w.args[0] ? " " : "");
}

static size_t
command(struct talk *t, const struct session_view *v, struct span line, struct candidates *c)
{
	struct span rest = span_skip(line, 1), whole = rest, name = span_word(&rest);
	size_t n = line.len;

	if (name.len == whole.len) {
		c->prefix = name;
		command_names(c);
		return name.len;
	}
	while (n > 0 && line.at[n - 1] != ' ')
		n--;
	c->prefix = span_skip(line, n);
	const struct step_op *op = step_find(step_ops, name);
	const struct prompt_command *own = prompt_find(name);
	const char *args = op ? op->args : own ? own->args : "";
	if (span_eq(name, SPAN("help")))
		help_words(c);
	else if (span_eq(name, SPAN("set")))
		settings(rest, c);
	else if (strstr(args, "TARGET"))
		hosts(t, v, c);
	else if (strstr(args, "MECH") && v->extensions)
		return verb_arguments(t, v, span_skip(line, 1), c);
	else if (strstr(args, "FILE"))
		files(c);
	return c->prefix.len;
}

size_t
talk_complete(struct talk *t, struct span line, struct buf *out)
{
	struct session_view v = player_view(t->commands.player);
	struct candidates c = { .out = out, .prefix = line };

	if (line.len > 0 && line.at[0] == '/' && !span_starts(line, SPAN("//")))
		return command(t, &v, line, &c);
	if (v.dialogue.mode != MODE_COMMAND)
		return EDIT_PLAIN_TAB;
	if (span_has(line, ' '))
		return verb_arguments(t, &v, line, &c);
	verbs(&v, &c);
	return line.len;
}
