/*
 * Commands of the user's shell: /!COMMAND, and what follows a "|" after a command that shows
 * something. Only lines typed by the user can run them, never a line of a file or anything received
 * from a server.
 */
#ifndef UI_PROMPT_SHELL_H
#define UI_PROMPT_SHELL_H

#include <stdio.h>

#include "ui/prompt/prompt.h"

/* Finds the command in "/!COMMAND". Returns false when the line is something else. */
bool shell_is_asked(struct span line, struct span *command);
void shell_run(struct prompt *, struct span command);

/* Output held back for a command. {0}: none. */
struct shell_pipe {
	struct screen_held held;
	FILE *shown;			/* receives the output meanwhile */
	struct buf command;
};
/*
 * Removes " | COMMAND" from the end of a line whose command only shows. Returns false when there is
 * none.
 */
bool shell_split(const struct prompt_command *const table[], struct span *line,
    struct span *command);
/* Starts to hold back output. Returns false when that failed; it was reported. */
bool shell_pipe_begin(struct shell_pipe *, struct prompt *, struct span command);
/* Runs the command on the output since then; does nothing without one. */
void shell_pipe_end(struct shell_pipe *, struct prompt *);

#endif
