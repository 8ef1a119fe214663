/* options - reads what the table of options describes. */
#include "ui/options/options.h"

#include <stdio.h>

#include "base/suggest.h"
#include "smtp/mechanism.h"
#include "ui/options/foreign.h"

const struct command *
command_find(const struct program *all, const char *name)
{
	for (size_t i = 0; all->commands[i]; i++)
		if (all->commands[i]->name[0] && strcmp(all->commands[i]->name, name) == 0)
			return all->commands[i];
	return NULL;
}

const struct option *
option_find(enum scope scope, struct span name)
{
	for (const struct option *o = options; o->name; o++)
		if ((o->scope & scope) && span_eq(name, span_of(o->name)))
			return o;
	return NULL;
}

/* The subcommand that has an option of this name, though the one in hand has not; NULL: none. */
static const struct command *
option_owner(const struct program *program, struct span name)
{
	for (const struct option *o = options; o->name; o++)
		for (size_t i = 0; span_eq(name, span_of(o->name)) && program->commands[i]; i++)
			if (program->commands[i]->scope & o->scope)
				return program->commands[i];
	return NULL;
}

/*
 * `dashes` and the name as they were typed: another tool's, another subcommand's, or near to one of
 * ours.
 */
static bool
option_unknown(const struct options *out, enum scope scope, const char *dashes, struct span name,
    struct err *err)
{
	const char *here = foreign_option(name);
	const struct command *other = option_owner(out->program, name);
	struct suggestion suggestion = suggest_begin(name);

	for (const struct option *o = options; o->name && name.len > 1; o++)
		if (o->scope & scope)
			suggest_try(&suggestion, o->name);
	if (here)
		return err_set(
		    err, ERR_USAGE, "there is no option %s%.*s: %s", dashes, SPAN_ARG(name), here);
	if (other && dashes[1])
		return err_set(err, ERR_USAGE, "--%.*s is an option of smtpsh%s%s", SPAN_ARG(name),
		    other->name[0] ? " " : "", other->name);
	return err_set(err, ERR_USAGE, "there is no option %s%.*s%s%s%s; --help lists them", dashes,
	    SPAN_ARG(name), suggestion.best ? " (near: --" : "",
	    suggestion.best ? suggestion.best : "", suggestion.best ? ")" : "");
}

/* Must its value follow? What is in brackets may be left out. */
static bool
wants_word(const struct option *o)
{
	return o->arg && o->arg[0] != '[';
}

/*
 * One that may be left out comes by "=", or as the next word where that is one of its words, "off"
 * of "[=off|try]": no host is called so.
 */
static bool
option_takes(const struct option *o, const char *word)
{
	struct span left = span_of(o->arg), list, want = span_of(word);

	if (left.len < 3 || left.at[0] != '[')
		return false;
	for (list = span_first(span_skip(left, 2), left.len - 3); list.len > 0; ) {
		struct span one = span_until(&list, '|');
		if (span_eq(one, want) ||
		    (span_eq(one, SPAN("MECHANISM")) && mechanism_named(want)))
			return true;
	}
	return false;
}

/* Without a value it is on; /set gives one. */
static bool
switch_flag(const struct option *o, bool *flag, struct span v, struct err *err)
{
	if (v.len > 0 && !span_eq(v, SPAN("on")) && !span_eq(v, SPAN("off")))
		return err_set(err, ERR_USAGE, "%s %.*s: want on or off", o->name,
		    SPAN_ARG(span_first(v, 60)));
	*flag = !span_eq(v, SPAN("off"));
	return true;
}

bool
option_set(const struct option *o, struct options *out, struct span value, struct err *err)
{
	void *member = (char *)out + o->offset;
	struct cursor cursor = { .line = value, .rest = value };
	unsigned long long number;

	switch (o->kind) {
	case OPTION_CALL:
		return o->call(out, value, err);
	case OPTION_FLAG:
		return switch_flag(o, member, value, err);
	case OPTION_COUNT:
		++*(int *)member;
		return true;
	case OPTION_TEXT:
		*(const char **)member = arena_string(&out->arena, value);
		return true;
	case OPTION_NUMBER:
		if (!span_number(value, 1000000000, &number))
			return err_set(
			    err, ERR_USAGE, "--%s %.*s: want a number", o->name, SPAN_ARG(value));
		*(unsigned *)member = (unsigned)number;
		return true;
	case OPTION_MS:
		return cursor_milliseconds(&cursor, value, member, err);
	case OPTION_SEND:
		return send_set(&out->send, span_of(o->name), value, &out->arena, err);
	case OPTION_CHOICE:
		/* left out, or none is taken: the first */
		if (value.len == 0 && !wants_word(o))
			value = span_of(o->choices[0].word);
		return choice_read(o->choices, o->name, value, member, err);
	}
	return false;
}

static void
show_choice(const struct option *o, int value, char *out)
{
	for (const struct choice *c = o->choices; c->word; c++)
		if (c->value == value)
			snprintf(out, OPTION_SHOWN, "%s", c->word);
}

void
option_show(const struct option *o, const struct options *in, char out[OPTION_SHOWN])
{
	const void *member = (const char *)in + o->offset;

	out[0] = '\0';
	switch (o->kind) {
	case OPTION_SEND:
		break;
	case OPTION_CALL:
		if (o->show)
			o->show(in, out);
		break;
	case OPTION_FLAG:
		snprintf(out, OPTION_SHOWN, "%s", *(const bool *)member ? "on" : "off");
		break;
	case OPTION_COUNT:
		snprintf(out, OPTION_SHOWN, "%d", *(const int *)member);
		break;
	case OPTION_TEXT:
		snprintf(out, OPTION_SHOWN, "%s",
		    *(const char *const *)member ? *(const char *const *)member : "");
		break;
	case OPTION_NUMBER:
		snprintf(out, OPTION_SHOWN, "%u", *(const unsigned *)member);
		break;
	case OPTION_MS:
		snprintf(
		    out, OPTION_SHOWN, "%llums", (unsigned long long)*(const uint64_t *)member);
		break;
	case OPTION_CHOICE:
		show_choice(o, *(const int *)member, out);
		break;
	}
}

struct words { int n; char **word; };

static bool
next_value(struct words *w, const struct option *o, struct span *value, struct err *err)
{
	if (w->n == 0)
		return err_set(
		    err, ERR_USAGE, "--%s wants a value: --%s %s", o->name, o->name, o->arg);
	*value = span_of(*w->word);
	w->word++;
	w->n--;
	return true;
}

static bool
option_read_long(
    struct options *out, enum scope scope, struct span text, struct words *w, struct err *err)
{
	struct span value = text, name = span_until(&value, '=');
	bool has_value = name.len < text.len;
	const struct option *o = option_find(scope, name);

	if (!o)
		return option_unknown(out, scope, "--", name, err);
	if (has_value && !o->arg)
		return err_set(err, ERR_USAGE, "--%s takes no value", o->name);
	bool follows = wants_word(o) || (w->n > 0 && option_takes(o, *w->word));
	if (!has_value && follows && !next_value(w, o, &value, err))
		return false;
	return option_set(o, out, value, err);
}

/* "-tlsc", "-connect": what swaks and openssl write with one dash is no row of letters. */
static bool
is_long_with_one_dash(enum scope scope, struct span text)
{
	struct span name = span_until(&text, '=');

	return name.len > 2 && (foreign_option(name) || option_find(scope, name));
}

static bool
option_read_short(
    struct options *out, enum scope scope, struct span letters, struct words *w, struct err *err)
{
	if (is_long_with_one_dash(scope, letters))
		return option_unknown(out, scope, "-", span_until(&letters, '='), err);
	while (letters.len > 0) {
		const struct option *o = options;
		while (o->name && !((o->scope & scope) && o->letter && o->letter == letters.at[0]))
			o++;
		if (!o->name)
			return option_unknown(out, scope, "-", span_first(letters, 1), err);
		letters = span_skip(letters, 1);
		struct span value = SPAN_NONE;
		if (wants_word(o)) {
			value = letters;
			letters = SPAN_NONE;
			if (value.len == 0 && !next_value(w, o, &value, err))
				return false;
		}
		if (!option_set(o, out, value, err))
			return false;
		out->short_help |= o->letter == 'h';
	}
	return true;
}

bool
options_read(struct options *out, enum scope scope, const struct program *program, int argc,
    char *argv[], struct err *err)
{
	struct words w = { argc, argv };
	bool only_args = false;

	*out = (struct options){ .program = program };
	out->session.timeouts = scope == SCOPE_PROBE ? timeouts_probe : timeouts_default;
	out->session.dane = scope == SCOPE_PROBE ? DANE_ASIDE : DANE_OFF;
	out->session.verify = VERIFY_OFF;
	out->send.last = SEND_DATA;
	out->match_level = MATCH_UNSET;
	out->arg = ARENA_ARRAY(&out->arena, const char *, (size_t)argc + 1);
	while (w.n > 0) {
		struct span text = span_of(*w.word++);
		w.n--;
		bool ok = true;
		if (only_args || text.len < 2 || text.at[0] != '-')
			out->arg[out->nargs++] = text.at;
		else if (span_eq(text, SPAN("--")))
			only_args = true;
		else if (text.at[1] == '-')
			ok = option_read_long(out, scope, span_skip(text, 2), &w, err);
		else
			ok = option_read_short(out, scope, span_skip(text, 1), &w, err);
		if (!ok)
			return false;
	}
	return true;
}

/* In this scope or, failing that, in any; NULL: there is none. */
static const struct option *
option_by_letter(enum scope scope, char letter)
{
	const struct option *any = NULL;

	for (const struct option *o = options; letter && o->name; o++) {
		if (o->letter == letter && (o->scope & scope))
			return o;
		if (o->letter == letter)
			any = o;
	}
	return any;
}

/* How many words an option is, with its value; 0: it is unknown. */
static int
count_words(enum scope scope, int argc, char *argv[])
{
	struct span text = span_of(argv[0]), value = span_skip(text, 2);
	const struct option *o;

	if (text.at[1] == '-') {
		struct span name = span_until(&value, '=');
		o = option_find(scope, name);
		if (!o)
			o = option_find(SCOPE_ALL, name);
		if (!o || name.len + 2 < text.len)
			return o != NULL;
		return wants_word(o) || (argc > 1 && option_takes(o, argv[1])) ? 2 : 1;
	}
	for (size_t i = 1; i < text.len; i++) {
		o = option_by_letter(scope, text.at[i]);
		if (!o)
			return 0;
		if (wants_word(o))
			return i + 1 == text.len ? 2 : 1;
	}
	return 1;
}

int
options_first_word(enum scope scope, int argc, char *argv[])
{
	int i = 0, n;

	while (i < argc && argv[i][0] == '-' && argv[i][1]) {
		n = strcmp(argv[i], "--") == 0 ? 0 : count_words(scope, argc - i, argv + i);
		if (n == 0)
			return argc;
		i += n;
	}
	return i < argc ? i : argc;
}

void
options_release(struct options *o)
{
	credentials_release(&o->session.auth);
	script_free(o->probe.played);
	arena_release(&o->arena);
}
