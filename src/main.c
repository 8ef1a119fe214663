/* smtpsh - find the subcommand in a table and call it. */
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "ui/commands.h"

int
main(int argc, char *argv[])
{
	const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;

	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");		/* mail is UTF-8, whatever LC_ALL=C says */
	if (command_of_program(argv[0]))
		return command_of_program(argv[0])->run(argc - 1, argv + 1);
	if (!command)
		return command_talk.run(argc - 1, argv + 1);
	return command->run(argc - 2, argv + 2);
}
