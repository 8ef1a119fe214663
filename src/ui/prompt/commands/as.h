/* The session as the command line of another tool, for what else hands it on. */
#ifndef UI_PROMPT_COMMANDS_AS_H
#define UI_PROMPT_COMMANDS_AS_H

#include "ui/prompt/prompt.h"

/*
 * Prints it on the prompt's screen, a line for each tool; `tool` empty: all of them. False: there
 * is none, which was said.
 */
bool as_print(struct prompt *, struct span tool);

#endif
