/* options - reads options as the table describes them. */
#include "ui/options/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ini.h"
#include "base/suggest.h"
#include "smtp/mechanism.h"
#include "ui/options/config.h"
#include "ui/options/mistakes.h"

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

/* Returns the first subcommand that has an option of this name; NULL: none. */
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
 * Sets err for an unknown option, typed as `dashes` and `name`: it may be one of another tool, one
 * of another subcommand, or similar to one of this subcommand's.
 */
static bool
option_unknown(const struct options *out, enum scope scope, const char *dashes, struct span name,
    struct err *err)
{
	const char *probe = scope & SCOPE_PROBE ? mistake_help(MISTAKE_PROBE, name) : NULL,
		   *here = probe ? probe : mistake_help(MISTAKE_OPTION, name);
	const struct command *other = option_owner(out->program, name);
	struct suggestion suggestion = suggest_begin(name);

	for (const struct option *o = options; o->name && name.len > 1; o++)
		if (o->scope & scope)
			suggest_try(&suggestion, o->name);
	if (here)
		return err_set(
		    err, ERR_USAGE, "unknown option %s%.*s: %s", dashes, SPAN_ARG(name), here);
	if (other && dashes[1])
		return err_set(err, ERR_USAGE, "--%.*s is an option of smtpsh%s%s", SPAN_ARG(name),
		    other->name[0] ? " " : "", other->name);
	return err_set(err, ERR_USAGE, "unknown option %s%.*s%s%s%s; --help lists the "
	    "options", dashes,
	    SPAN_ARG(name), SUGGESTION_ARG(suggestion.best, "--", ""));
}

/* Returns whether a value must follow; one in brackets is optional. */
static bool
wants_word(const struct option *o)
{
	return o->arg && o->arg[0] != '[';
}

/*
 * Returns whether a word is the value of an option whose value is optional. Such a value follows
 * "=", or is the next word if that is one of those listed, like "off" in "[=off|try]", which are no
 * host names.
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

/* Without a value the flag is on; /set gives a value. */
static bool
switch_flag(const struct option *o, bool *flag, struct span v, struct err *err)
{
	if (v.len > 0 && !span_eq(v, SPAN("on")) && !span_eq(v, SPAN("off")))
		return err_set(err, ERR_USAGE, "%s %.*s: expected on or off", o->name,
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
			    err, ERR_USAGE, "--%s %.*s: expected a "
			        "number", o->name, SPAN_ARG(value));
		*(unsigned *)member = (unsigned)number;
		return true;
	case OPTION_MS:
		return cursor_milliseconds(&cursor, value, member, err);
	case OPTION_SEND:
		return send_set(&out->send, span_of(o->name), value, &out->arena, err);
	case OPTION_CHOICE:
		/* without a value: the first choice */
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

/* ---- options as they are given */

/* Words of the command line, or of another source. */
struct words {
	int n;
	char **word;
	enum scope scope;
	const char *source; /* NULL: the command line */
};

static bool
next_value(struct words *w, const struct option *o, struct span *value, struct err *err)
{
	if (w->n == 0)
		return err_set(
		    err, ERR_USAGE, "--%s requires a value: --%s %s", o->name, o->name, o->arg);
	*value = span_of(*w->word);
	w->word++;
	w->n--;
	return true;
}

static void
add_given(struct options *out, struct given given)
{
	out->given = arena_more(&out->arena, out->given, out->ngiven, sizeof *out->given);
	out->given[out->ngiven++] = given;
}

static void
add_word(struct options *out, const struct words *w, const struct option *o, struct span value)
{
	if (o->scope & w->scope) /* else it is another subcommand's, in the environment */
		add_given(out,
		    (struct given){
			o, value, w->source ? GIVEN_ENVIRONMENT : GIVEN_HERE, w->source });
}

/*
 * Finds an option. In the environment, which is for all subcommands, it may be one of any of them.
 */
static const struct option *
option_somewhere(const struct words *w, struct span name)
{
	const struct option *o = option_find(w->scope, name);

	return o || !w->source ? o : option_find(SCOPE_ALL, name);
}

static bool
option_read_long(struct options *out, struct span text, struct words *w, struct err *err)
{
	struct span value = text, name = span_until(&value, '=');
	bool has_value = name.len < text.len;
	const struct option *o = option_somewhere(w, name);

	if (!o)
		return option_unknown(out, w->scope, "--", name, err);
	if (has_value && !o->arg)
		return err_set(err, ERR_USAGE, "--%s takes no value", o->name);
	bool follows = wants_word(o) || (w->n > 0 && option_takes(o, *w->word));
	if (!has_value && follows && !next_value(w, o, &value, err))
		return false;
	add_word(out, w, o, value);
	return true;
}

/*
 * Words such as "-tlsc" and "-connect", which swaks and openssl write with one dash, are not a
 * sequence of letters.
 */
static bool
is_long_with_one_dash(enum scope scope, struct span text)
{
	struct span name = span_until(&text, '=');

	return name.len > 2 && (mistake_help(MISTAKE_OPTION, name) || option_find(scope, name));
}

/* Finds an option in this scope or, failing that, in any; NULL: none. */
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

static bool
option_read_short(struct options *out, struct span letters, struct words *w, struct err *err)
{
	if (is_long_with_one_dash(w->scope, letters))
		return option_unknown(out, w->scope, "-", span_until(&letters, '='), err);
	while (letters.len > 0) {
		const struct option *o = option_by_letter(w->scope, letters.at[0]);
		if (!o || (!w->source && !(o->scope & w->scope)))
			return option_unknown(out, w->scope, "-", span_first(letters, 1), err);
		letters = span_skip(letters, 1);
		struct span value = SPAN_NONE;
		if (wants_word(o)) {
			value = letters;
			letters = SPAN_NONE;
			if (value.len == 0 && !next_value(w, o, &value, err))
				return false;
		}
		add_word(out, w, o, value);
		if (o->letter == 'h')
			out->given[out->ngiven - 1].short_help = true;
	}
	return true;
}

/* Adds the options among these words; the other words are added to the arguments. */
static bool
options_read_words(struct options *out, struct words w, struct err *err)
{
	bool only_args = false;

	while (w.n > 0) {
		struct span text = span_of(*w.word++);
		w.n--;
		bool ok = true;
		if (only_args || text.len < 2 || text.at[0] != '-') {
			out->arg[out->nargs++] = text.at;
			out->nwords += !only_args;
		} else if (span_eq(text, SPAN("--")))
			only_args = true;
		else if (text.at[1] == '-')
			ok = option_read_long(out, span_skip(text, 2), &w, err);
		else
			ok = option_read_short(out, span_skip(text, 1), &w, err);
		if (!ok)
			return false;
	}
	return true;
}

static void
options_begin(struct options *out, enum scope scope, const struct program *program, int argc)
{
	*out = (struct options){ .program = program };
	out->session.timeouts = scope == SCOPE_PROBE ? timeouts_probe : timeouts_default;
	out->session.dane = scope == SCOPE_PROBE ? DANE_ASIDE : DANE_OFF;
	out->session.verify = VERIFY_OFF;
	out->send.last = SEND_DATA;
	out->match_level = MATCH_UNSET;
	out->arg = ARENA_ARRAY(&out->arena, const char *, (size_t)argc + 1);
}

/* ---- other sources: the environment and the configuration file */

/*
 * Sets err to an error with the source of the option in front, for one that is not on the command
 * line.
 */
static bool
blame_source(const struct given *given, const struct err *why, struct err *err)
{
	if (given->line)
		return err_set(err, ERR_USAGE, "%s:%u: %s", given->source, given->line, why->text);
	return err_set(err, ERR_USAGE, "%s: %s", given->source, why->text);
}

static bool
options_read_environment(struct options *out, enum scope scope, struct err *err)
{
	enum { WORDS_MOST = 200 };
	static const char source[] = "SMTPSH_OPTIONS";
	struct span rest = span_of(getenv(source)), word;
	struct words w = { .word = ARENA_ARRAY(&out->arena, char *, WORDS_MOST),
		.scope = scope,
		.source = source };
	const char **args = out->arg;
	size_t nargs = out->nargs, nwords = out->nwords;
	struct err why;

	while (w.n < WORDS_MOST && ini_word(&rest, &word))
		w.word[w.n++] = arena_string(&out->arena, word);
	out->arg = ARENA_ARRAY(&out->arena, const char *, WORDS_MOST);
	out->nargs = 0;
	bool ok = options_read_words(out, w, &why);
	if (ok && (out->nargs > 0 || rest.len > 0))
		ok = err_set(&why, ERR_USAGE,
		    out->nargs ? "\"%s\" is not an option" : "more than 200 words",
		    out->nargs ? out->arg[0] : "");
	for (size_t i = 0; ok && i < out->ngiven; i++) {
		const struct given *g = &out->given[i];
		const char *reason = g->rank == GIVEN_ENVIRONMENT ?
		    config_reserves(g->option, g->value) :
		    NULL;
		if (reason)
			ok = err_set(&why, ERR_USAGE,
			    "--%s is allowed only in the section of a target or on the command "
			    "line: %s",
			    g->option->name, reason);
	}
	out->arg = args;
	out->nargs = nargs;
	out->nwords = nwords;
	return ok || blame_source(&(struct given){ .source = source }, &why, err);
}

/*
 * Handles "on" and "off" for an option that takes no value, or an optional one that is not from a
 * list. Returns false when the option is off, as it is by default.
 */
static bool
option_switched(const struct option *o, struct span *value)
{
	bool words = o->arg && (wants_word(o) || o->choices), off = span_eq(*value, SPAN("off"));

	if (words || o->kind == OPTION_FLAG || !(off || span_eq(*value, SPAN("on"))))
		return true;
	*value = SPAN_NONE;
	return !off;
}

/* Adds the options of a list that this scope has. */
static void
options_read_lines(struct options *out, enum scope scope, int rank, const struct config_line *line)
{
	for (; line; line = line->next) {
		const struct option *o = option_find(scope, line->name);
		struct span value = line->value;
		if (o && option_switched(o, &value))
			add_given(
			    out, (struct given){ o, value, rank, out->config->path, line->number });
	}
}

static bool
is_given(const struct options *o, const char *name)
{
	for (size_t i = 0; i < o->ngiven; i++)
		if (strcmp(o->given[i].option->name, name) == 0)
			return true;
	return false;
}

/*
 * Adds the options of the environment and of the configuration file, after those of the command
 * line.
 */
static bool
options_read_others(struct options *out, const struct command *command, struct err *err)
{
	bool has_port = command->scope & (SCOPE_TALK | SCOPE_SEND);
	struct config *config;

	if (command->config == CONFIG_NOT || is_given(out, "no-config") || is_given(out, "help") ||
	    is_given(out, "version"))
		return true;
	config = ARENA_NEW(&out->arena, struct config);
	if (!options_read_environment(out, command->scope, err))
		return false;
	if (is_given(out, "no-config"))
		return true;
	if (!config_read(config, &out->arena, out->program, err))
		return false;
	out->config = config;
	if (command->config == CONFIG_NAMES && out->nwords > 0 && (out->nargs == 1 || has_port))
		out->name = config_find(config, span_of(out->arg[0]));
	if (out->name) {
		out->arg[0] = arena_string(&out->arena, out->name->target);
		options_read_lines(out, command->scope, GIVEN_NAME, out->name->first);
	}
	options_read_lines(out, command->scope, GIVEN_DEFAULTS, config->defaults);
	return true;
}

bool
options_parse(struct options *out, const struct command *command, const struct program *program,
    int argc, char *argv[], struct err *err)
{
	options_begin(out, command->scope, program, argc);
	return options_read_words(out, (struct words){ argc, argv, command->scope, NULL }, err) &&
	    options_read_others(out, command, err);
}

/*
 * A password belongs to its user: it is replaced too when an overriding source has another user
 * name or another place of the password.
 */
bool
given_is_replaced(const struct options *o, const struct given *g)
{
	for (size_t i = 0; i < o->ngiven; i++) {
		const struct given *over = &o->given[i];
		bool same = over->option == g->option ||
		    (over->option->password && g->option->password) ||
		    (g->option->password && strcmp(over->option->name, "user") == 0);
		if (over->rank < g->rank && same)
			return true;
	}
	return false;
}

bool
options_given(const struct options *o, const char *name, struct span *value)
{
	const struct given *found = NULL;

	for (size_t i = 0; i < o->ngiven; i++)
		if (strcmp(o->given[i].option->name, name) == 0 &&
		    (!found || o->given[i].rank <= found->rank))
			found = &o->given[i];
	if (found)
		*value = found->value;
	return found != NULL;
}

bool
options_apply(struct options *out, struct err *err)
{
	struct err why;

	for (int rank = GIVEN_DEFAULTS; rank >= GIVEN_HERE; rank--)
		for (size_t i = 0; i < out->ngiven; i++) {
			const struct given *g = &out->given[i];
			if ((int)g->rank != rank || given_is_replaced(out, g))
				continue;
			out->short_help |= g->short_help;
			if (option_set(g->option, out, g->value, &why))
				continue;
			*err = why;
			return g->source ? blame_source(g, &why, err) : false;
		}
	return true;
}

void
options_without_name(const struct options *o, enum scope scope, struct options *out)
{
	struct err ignored;

	options_begin(out, scope, o->program, 0);
	for (size_t i = 0; i < o->ngiven; i++)
		if (o->given[i].rank != GIVEN_NAME && !o->given[i].option->password)
			add_given(out, o->given[i]);
	options_apply(out, &ignored);
}

bool
options_set_section(struct options *o, enum scope scope, const struct config_section *section,
    enum section_use (*use)(const struct option *), const char *what, struct err *err)
{
	struct err why;

	for (const struct config_line *line = section->first; line; line = line->next) {
		const struct option *option = option_find(scope, line->name);
		struct span value = line->value;
		if (!option || !option_switched(option, &value) || use(option) == SECTION_SKIPS)
			continue;
		struct given given = { option, value, GIVEN_NAME, o->config->path, line->number };
		if (use(option) == SECTION_REFUSES) {
			err_set(&why, ERR_USAGE, "%s cannot be set for %s", option->name, what);
			return blame_source(&given, &why, err);
		}
		if (!option_set(option, o, value, &why))
			return blame_source(&given, &why, err);
	}
	return true;
}

bool
options_read(struct options *out, enum scope scope, const struct program *program, int argc,
    char *argv[], struct err *err)
{
	options_begin(out, scope, program, argc);
	return options_read_words(out, (struct words){ argc, argv, scope, NULL }, err) &&
	    options_apply(out, err);
}

/* ---- finding the subcommand */

/* Returns the number of words of an option and its value; 0: the option is unknown. */
static int
count_words(enum scope scope, int argc, char *argv[])
{
	struct span text = span_of(argv[0]);
	const struct option *o;

	if (span_starts(text, SPAN("--"))) {
		struct span value = span_skip(text, 2), name = span_until(&value, '=');
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
