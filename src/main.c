/* smtpsh - finds the subcommand in a table and calls it. */
#include "base/err.h"
#include "ui/cmd/commands.h"
#include "ui/show/standard.h"

int
main(int argc, char *argv[])
{
	int nwords = argc > 0 ? argc - 1 : 0, status;
	char **words = argv + (argc > 0);

	standard_begin();
	const struct command *command = command_of_program(argv[0]);
	if (!command)
		command = command_take(&nwords, words);
	int lost = command->lost ? command->lost : ERR_SYSTEM;
	status = standard_room() ? command_run(command, &program, nwords, words) : lost;
	return standard_end(status, lost);
}
