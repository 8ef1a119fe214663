/* The session as the command line of another tool, for what else hands it on. */
#ifndef UI_PROMPT_COMMANDS_AS_H
#define UI_PROMPT_COMMANDS_AS_H

#include "ui/prompt/prompt.h"

/*
 * Adds a line for each tool to `out`; `tool` empty: all of them. False: there is none, which was
 * said.
 */
bool as_command(struct prompt *, struct span tool, struct buf *out);

#endif
