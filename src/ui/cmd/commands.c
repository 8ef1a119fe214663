/* commands - the subcommands of the program. */
#include "ui/cmd/commands.h"

#include <string.h>

#include "ui/prompt/commands/list.h"

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
		/* the NULL behind the last word moves too */
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
