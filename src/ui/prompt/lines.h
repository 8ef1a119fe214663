/*
 * Lines from a file, a pipe or the command line into a player, as fast as it takes them; without a
 * terminal.
 */
#ifndef UI_PROMPT_LINES_H
#define UI_PROMPT_LINES_H

#include "run/play/player.h"

/*
 * Runs the loop until all is said. `fd` is -1 for none; `name` is what errors call it; `beginning`
 * was read from it already. The exit status.
 */
int lines_run(struct loop *, struct player *, int fd, const char *name, struct span beginning);

#endif
