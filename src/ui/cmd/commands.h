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
 * Returns the subcommand that a command line names, before or after options, and removes the name
 * from argv; talk when it names none.
 */
const struct command *command_take(int *argc, char *argv[]);
/*
 * Returns the command that the program's own name selects: check_smtp when argv[0] ends in that.
 * NULL: none.
 */
const struct command *command_of_program(const char *path);

/*
 * Runs a subcommand from its command line to its exit status: reads the options, answers --help
 * and --version, runs it, and prints what went wrong to standard error.
 */
int command_run(const struct command *, const struct program *, int argc, char *argv[]);

/*
 * Returns what the user probably meant by a first word that is not a host, in the options' arena;
 * empty: unknown.
 */
struct span command_hint(struct options *, const char *word);

/*
 * Prints the help of a subcommand, made from the rows of its options: all of it or, with `brief`,
 * what fits on a screen of 24 lines. Uses the pager when the help is taller than the terminal.
 */
void usage_print(const struct command *, const struct program *, bool brief);

#endif
