/* complete - what could stand at the end of a line: from the tables, the last EHLO, the history, the file system. */
#include "ui/prompt/complete_priv.h"

#include <stdio.h>

#include "smtp/parameter.h"

static bool
is_there(const struct candidates *c, struct span text)
{
	struct span all = buf_span(c->out), line;

	while (span_line(&all, &line))
		if (span_eq(line, text))
			return true;
	return false;
}

void
complete_try(struct candidates *c, struct span text, const char *suffix)
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

static bool
is_legal(const struct session_view *v, enum verb verb)
{
	bool other_protocol = v->lmtp ? verb == VERB_HELO || verb == VERB_EHLO : verb == VERB_LHLO;

	return dialogue_allows(&v->dialogue, verb) && offers(v, verb_info(verb)->extension) && !other_protocol;
}

/* Those that are legal now; only when none of them fits, the others. */
static void
verbs(const struct session_view *v, struct candidates *c)
{
	for (int legal = 1; legal >= 0 && buf_span(c->out).len == 0; legal--)
		for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
			if (is_legal(v, verb) == legal)
				complete_try(c, span_of(verb_info(verb)->name), behind_verb(verb));
}

void
complete_from_history(struct talk *t, struct span mark, const char *ends, const char *suffix, struct candidates *c)
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
			complete_try(c, span_first(found, n), suffix);
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
			complete_try(c, value, "");
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
			complete_try(c, span_of(p->name), p->syntax[0] == '=' ? "=" : "");
	return word.len;
}

static size_t
envelope(struct talk *t, const struct session_view *v, enum verb verb, struct span args, struct candidates *c)
{
	struct span word = verb == VERB_MAIL ? SPAN("FROM:<") : SPAN("TO:<"), path, params;

	c->prefix = args;
	if (args.len < word.len) {
		complete_try(c, word, "");
		return args.len;
	}
	if (!parameter_split(verb, args, &path, &params) || path.len == 0)
		return 0;
	if (path.at[0] == '<' && path.at[path.len - 1] != '>') {
		c->prefix = span_skip(path, 1);
		complete_from_history(t, word, ">", "> ", c);
		complete_from_history(t, verb == VERB_MAIL ? SPAN("TO:<") : SPAN("FROM:<"), ">", "> ", c);
		return c->prefix.len;
	}
	const char *end = args.at + args.len;
	if (path.at + path.len == end)
		return 0;
	params = span_skip(args, (size_t)(path.at + path.len - args.at));
	return one_parameter(v, verb, params, c);
}

void
complete_mechanisms(const struct session_view *v, struct candidates *c)
{
	const struct extension *x = v->extensions ? extensions_find(v->extensions, SPAN("AUTH")) : NULL;
	struct span list = x ? x->params : SPAN_NONE;

	for (struct span m; (m = span_word(&list)).len > 0;)
		complete_try(c, m, "");
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
		complete_mechanisms(v, c);
		return args.len;
	case VERB_EHLO: case VERB_HELO: case VERB_LHLO:
		complete_from_history(t, SPAN("EHLO "), " ", "", c);
		complete_from_history(t, SPAN("HELO "), " ", "", c);
		return args.len;
	case VERB_VRFY: case VERB_EXPN:
		complete_from_history(t, SPAN("TO:<"), ">", "", c);
		return args.len;
	default:
		return 0;
	}
}

size_t
complete_line(struct talk *t, const struct session_view *v, struct span line, struct candidates *c)
{
	if (line.len > 0 && line.at[0] == '/' && !span_starts(line, SPAN("//")))
		return complete_command(t, v, line, c);
	if (span_has(line, ' '))
		return verb_arguments(t, v, line, c);
	c->prefix = line;
	verbs(v, c);
	return line.len;
}

size_t
talk_complete(struct talk *t, struct span line, struct buf *out)
{
	struct session_view v = player_view(t->commands.player);
	bool slash = line.len > 0 && line.at[0] == '/' && !span_starts(line, SPAN("//"));

	if (v.dialogue.mode != MODE_COMMAND && !slash)
		return EDIT_PLAIN_TAB;
	return complete_line(t, &v, line, &(struct candidates){ .out = out });
}
