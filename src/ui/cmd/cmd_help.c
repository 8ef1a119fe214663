/* smtpsh help [SUBCOMMAND|WORD...] - prints a subcommand's --help, or explains the words. */
#include "ui/cmd/commands.h"

static int
run_help(struct options *o, struct err *err)
{
	const struct command *command = o->nargs ? command_find(o->program, o->arg[0]) :
						   &command_talk;
	char *usage[] = { (char[]){ "--help" }, NULL };

	if (command)
		return command_run(command, o->program, 1, usage);
	char **words = ARENA_ARRAY(&o->arena, char *, o->nargs + 1);
	for (size_t i = 0; i < o->nargs; i++)
		words[i] = arena_string(&o->arena, span_of(o->arg[i]));
	int status = command_run(&command_explain, o->program, (int)o->nargs, words);
	struct span hint = status == ERR_USAGE && o->nargs == 1 ? command_hint(o, o->arg[0]) :
								  SPAN_NONE;
	if (hint.len > 0)
		err_set(err, ERR_USAGE, "%.*s", SPAN_ARG(hint));
	return status;
}

const struct command command_help = {
	.name = "help",
	.group = FOR_PROGRAM,
	.args = "[SUBCOMMAND|WORD...]",
	.args_max = ARGS_ANY,
	.help = "Show the options of a subcommand, or explain a code, a keyword or a topic",
	.scope = SCOPE_COMMON,
	.run = run_help,
	.example = { "help send", "help 550" },
};
