/* The session as the command line of another tool, for /as and /copy. */
#ifndef UI_PROMPT_COMMANDS_AS_H
#define UI_PROMPT_COMMANDS_AS_H

#include "ui/prompt/prompt.h"

/*
 * Appends a line for each tool to `out`, or only for `tool` unless that is empty. Returns false
 * when there is none; the reason was printed.
 */
bool as_command(struct prompt *, struct span tool, struct buf *out);

#endif
