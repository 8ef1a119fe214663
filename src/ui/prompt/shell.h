/*
 * Commands of the user's shell: /!COMMAND, and what follows a "|" behind a command that shows
 * something. They are what was typed, never a line of a file and nothing that a peer sent.
 */
#ifndef UI_PROMPT_SHELL_H
#define UI_PROMPT_SHELL_H

#include <stdio.h>

#include "ui/prompt/prompt.h"

/* The command of "/!COMMAND". False: the line is something else. */
bool shell_is_asked(struct span line, struct span *command);
void shell_run(struct prompt *, struct span command);

/* What is shown is held back for a command. {0} is none. */
struct shell_pipe {
	struct screen_held held;
	FILE *shown;			/* what is shown meanwhile */
	struct buf command;
};
/*
 * Takes " | COMMAND" off the end of a line whose command only shows. False: there is none.
 */
bool shell_split(const struct prompt_command *const table[], struct span *line,
    struct span *command);
/* False: it failed, which was reported. */
bool shell_pipe_begin(struct shell_pipe *, struct prompt *, struct span command);
/* Runs the command on what was shown since; nothing where there is none. */
void shell_pipe_end(struct shell_pipe *, struct prompt *);

#endif
