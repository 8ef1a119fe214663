/* smtpsh - find the subcommand in a table and call it. */
#include <string.h>

#include "base/err.h"
#include "ui/cmd/commands.h"
#include "ui/show/standard.h"

int
main(int argc, char *argv[])
{
	const struct command *command = argc > 1 ? command_find(argv[1]) : NULL,
			     *linked = command_of_program(argv[0]);
	int words = linked || !command ? 1 : 2;

	standard_begin();
	command = linked ? linked : command ? command : &command_talk;

	int lost = command->lost ? command->lost : ERR_SYSTEM;
	return standard_end(
	    standard_room() ? command_run(command, &program, argc - words, argv + words) : lost,
	    lost);
}
