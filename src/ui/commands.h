/* The subcommands of the program: one file src/ui/cmd_NAME.c and one line here each. */
#ifndef UI_COMMANDS_H
#define UI_COMMANDS_H

#include <stddef.h>

struct command {
	const char *name;		/* "" for talk, which has no word of its own */
	const char *args;		/* as the usage line shows them */
	const char *help;		/* one sentence without a full stop */
	unsigned scope;			/* whose options it takes (ui/options.h); 0: only those of all */
	int (*run)(int argc, char *argv[]);	/* what stands behind the name; the exit status */
	const char *(*word)(size_t i);	/* its own, that a shell completes: "--hostname", "bash"; NULL behind the last. NULL: none */
	int lost;			/* the exit status when its output could not be written; 0: ERR_SYSTEM */
};

#define COMMANDS(X)	\
	X(talk)		\
	X(send)		\
	X(replay)	\
	X(selftest)	\
	X(record)	\
	X(serve)	\
	X(import)	\
	X(probe)	\
	X(check_smtp)	\
	X(exporter)	\
	X(resolve)	\
	X(explain)	\
	X(completion)

#define X(name) extern const struct command command_##name;
COMMANDS(X)
#undef X

extern const struct command *const commands[];		/* ends in NULL; talk is the first */
const struct command *command_find(const char *name);	/* NULL: there is none */
/* Called by a link whose name ends in check_smtp it is that command; NULL: it is called by its own name. */
const struct command *command_of_program(const char *path);

#endif
