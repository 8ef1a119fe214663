/* The prompt: a user, a player, and a screen between them. */
#ifndef UI_PROMPT_REPL_H
#define UI_PROMPT_REPL_H

#include "ui/options/options.h"
#include "ui/prompt/prompt.h"

/*
 * Runs until the user quits, and returns the exit status. `target` NULL: nothing is opened at
 * first. `commands` ends with NULL.
 */
int repl_run(struct session_env *, struct options *, struct screen *, const struct target *,
    const struct prompt_command *const commands[]);

#endif
