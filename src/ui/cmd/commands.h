/* The subcommands of the program: one file src/ui/cmd/cmd_NAME.c and one line here each. */
#ifndef UI_CMD_COMMANDS_H
#define UI_CMD_COMMANDS_H

#include "ui/options/options.h"

#define COMMANDS(X)   \
	X(talk)       \
	X(send)       \
	X(replay)     \
	X(selftest)   \
	X(record)     \
	X(serve)      \
	X(import)     \
	X(check)      \
	X(probe)      \
	X(check_smtp) \
	X(exporter)   \
	X(resolve)    \
	X(explain)    \
	X(completion) \
	X(help)       \
	X(version)

#define X(name) extern const struct command command_##name;
COMMANDS(X)
#undef X

extern const struct command *const commands[];		/* ends with NULL; talk is the first */
extern const struct program program;
/*
 * The subcommand that a command line names, before or after options; talk when it names none. The
 * name is removed from argv.
 */
const struct command *command_take(int *argc, char *argv[]);
/*
 * The command that the program's own name selects: check_smtp when argv[0] ends in that; NULL:
 * none.
 */
const struct command *command_of_program(const char *path);

#endif
