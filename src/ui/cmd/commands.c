/* commands - the subcommands of the program. */
#include "ui/cmd/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alarm.h"
#include "base/suggest.h"
#include "base/text.h"
#include "net/sysnames.h"
#include "ui/options/config.h"
#include "ui/options/mistakes.h"
#include "ui/prompt/commands/list.h"
#include "ui/show/ink.h"
#include "ui/show/standard.h"
#include "ui/show/version.h"

const struct command *const commands[] = {
#define X(name) &command_##name,
	COMMANDS(X)
#undef X
	NULL
};

const struct program program = { commands, prompt_knows };

const struct command *
command_take(int *argc, char *argv[])
{
	for (int at = 0; at < *argc && strcmp(argv[at], "--") != 0; at++) {
		const struct command *command = command_find(&program, argv[at]);
		enum scope scope = command && command->scope ? command->scope : SCOPE_ALL;
		if (!command || options_first_word(scope, *argc, argv) != at)
			continue;
		/* the NULL after the last word moves too */
		memmove(argv + at, argv + at + 1, (size_t)(*argc - at) * sizeof *argv);
		--*argc;
		return command;
	}
	return &command_talk;
}

const struct command *
command_of_program(const char *path)
{
	size_t n = path ? strlen(path) : 0, own = strlen(command_check_smtp.name);

	return n >= own && strcmp(path + n - own, command_check_smtp.name) == 0 ?
	    &command_check_smtp :
	    NULL;
}

/*
 * The deadline begins before values are read: a password command, or a file that is a pipe, may
 * block.
 */
static void
begin_deadline(const struct command *command, const struct options *o)
{
	struct span value;
	struct err ignored;
	uint64_t ms;

	if (!options_given(o, "deadline", &value))
		return;
	struct cursor cursor = { .line = value, .rest = value };
	if (cursor_milliseconds(&cursor, value, &ms, &ignored))
		alarm_deadline(ms, command->lost ? command->lost : ERR_TIMEOUT);
}

struct span
command_hint(struct options *o, const char *word)
{
	struct suggestion suggestion = suggest_begin(span_of(word));

	const char *help = mistake_help(MISTAKE_WORD, span_of(word));
	if (help)
		return span_of(help);
	for (size_t i = 0; o->program->commands[i]; i++)
		suggest_try(&suggestion, o->program->commands[i]->name);
	if (suggestion.best)
		return arena_printf(&o->arena, "the subcommand is \"smtpsh %s\"", suggestion.best);
	if (word && access(word, F_OK) == 0)
		return arena_printf(&o->arena,
		    "\"%s\" is a file; to read lines from it, use -f %s", word, word);
	return SPAN_NONE;
}

/* An extra argument is an error: it must have been meant for something. */
static bool
command_takes(const struct command *c, struct options *o, struct err *err)
{
	if (o->nargs <= c->args_max || o->help || o->version)
		return true;
	struct span hint = c->name[0] ? SPAN_NONE : command_hint(o, o->arg[0]);
	return err_set(err, ERR_USAGE, "extra argument \"%s\": smtpsh %s%s%s%s%.*s",
	    o->arg[c->args_max], c->name, c->name[0] ? " " : "", c->args, hint.len ? "; " : "",
	    SPAN_ARG(hint));
}

/* Applies --exit even if the command line is wrong elsewhere. */
static void
apply_exit(struct options *o)
{
	const struct option *row = option_find(SCOPE_TALK, SPAN("exit"));
	struct span value;
	struct err ignored;

	if (options_given(o, row->name, &value))
		option_set(row, o, value, &ignored);
}

/* Returns whether a name could be that of a host: it has a dot, or is in /etc/hosts. */
static bool
command_hides_host(const char *name)
{
	struct arena arena = { 0 };
	struct addr found;
	bool known = strchr(name, '.') ||
	    hosts_find(sysnames_file("/etc/hosts", &arena), span_of(name), &found, 1) > 0;

	arena_release(&arena);
	return known;
}

/*
 * Prints to standard error, with -v, which options are not from the command line; and which section
 * a target named, with -v or when the name could be that of a host.
 */
static void
command_tell_sources(const struct options *o)
{
	struct arena arena = { 0 };

	for (size_t i = 0; o->look.verbose > 0 && i < o->ngiven; i++) {
		const struct given *g = &o->given[i];
		bool quiet = g->option->password || span_has(g->value, '@');
		if (g->rank == GIVEN_HERE || given_is_replaced(o, g))
			continue;
		fprintf(stderr, "smtpsh: --%s%s%.*s (", g->option->name,
		    g->value.len > 0 && !quiet ? "=" : "",
		    SPAN_ARG(quiet ? SPAN_NONE : text_safe(&arena, g->value)));
		fprintf(stderr, g->line ? "%s:%u)\n" : "%s)\n", g->source, g->line);
	}
	if (o->name && (o->look.verbose > 0 || command_hides_host(o->name->name)))
		fprintf(stderr, "smtpsh: [%s] in %s: %.*s; to use the host of that name, give \"-- "
		    "%s\"\n",
		    o->name->name, o->config->path, SPAN_ARG(text_safe(&arena, o->name->target)),
		    o->name->name);
	arena_release(&arena);
}

/* What must be done before anything is printed. */
static void
begin_output(const struct options *o)
{
	struct palette palette;
	struct err err;

	if (o->look.verbose < -1)
		standard_silence();
	if (!palette_read(&palette, getenv("SMTPSH_COLORS"), &err))
		complain(&err);
}

int
command_run(const struct command *command, const struct program *all, int argc, char *argv[])
{
	struct options o;
	struct err err = { 0 };
	int status = ERR_USAGE;

	if (command->main)
		return command->main(all, argc, argv);
	bool ok = options_parse(&o, command, all, argc, argv, &err);
	if (ok)
		begin_deadline(command, &o);
	if (ok && options_apply(&o, &err)) {
		status = 0;
		command_tell_sources(&o);
		if (o.help)
			usage_print(command, all, o.short_help);
		else if (o.version)
			version_print(stdout);
		else if (command_takes(command, &o, &err)) {
			begin_output(&o);
			status = command->run(&o, &err);
		}
	}
	if (!ok)
		apply_exit(&o);
	if (err.kind != ERR_NONE) {
		complain(&err);
		status = command->lost ? command->lost : status ? status : (int)err.kind;
	}
	status = exit_status(o.exit, &o.blame, status);
	options_release(&o);
	return status;
}
