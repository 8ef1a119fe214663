/* commands - the subcommands of the program. */
#include "ui/cmd/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/alarm.h"
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
 * Before the other options are read: a password command, or a file that is a pipe, may keep us
 * waiting.
 */
static void
begin_deadline(const struct command *command, int argc, char *argv[])
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		struct span value = span_of(argv[i]), name = span_until(&value, '=');
		if (!span_eq(name, SPAN("--deadline")) ||
		    !option_find(command->scope, SPAN("deadline")))
			continue;
		if (value.len == 0)
			value = span_of(i + 1 < argc ? argv[i + 1] : NULL);
		struct cursor cursor = { .line = value, .rest = value };
		struct err ignored;
		uint64_t ms;
		if (cursor_milliseconds(&cursor, value, &ms, &ignored))
			alarm_deadline(ms, command->lost ? command->lost : ERR_TIMEOUT);
	}
}

/* What must be so before anything is printed. */
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
	begin_deadline(command, argc, argv);
	if (options_read(&o, command->scope, all, argc, argv, &err)) {
		status = 0;
		if (o.help)
			usage_print(command, all, o.short_help);
		else if (o.version)
			version_print(stdout);
		else
			begin_output(&o);
		if (!o.help && !o.version)
			status = command->run(&o, &err);
	}
	if (err.kind != ERR_NONE) {
		complain(&err);
		status = command->lost ? command->lost : status ? status : (int)err.kind;
	}
	status = exit_status(o.exit, &o.blame, status);
	options_release(&o);
	return status;
}
