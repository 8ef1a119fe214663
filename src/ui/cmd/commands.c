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
command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->name[0] && strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

const struct command *
command_of_program(const char *path)
{
	size_t n = path ? strlen(path) : 0, own = strlen(command_check_smtp.name);

	return n >= own && strcmp(path + n - own, command_check_smtp.name) == 0 ?
	    &command_check_smtp :
	    NULL;
}
