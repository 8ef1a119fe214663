/*
 * Passes lines from a file, a pipe or the command line to a player as fast as it takes them,
 * without a terminal.
 */
#ifndef UI_PROMPT_LINES_H
#define UI_PROMPT_LINES_H

#include "run/play/player.h"

/*
 * Runs the loop until the player is done and returns the exit status. `fd` -1: no input. `name` is
 * the name of the input in errors; `beginning` was already read from it.
 */
int lines_run(struct loop *, struct player *, int fd, const char *name, struct span beginning);

#endif
