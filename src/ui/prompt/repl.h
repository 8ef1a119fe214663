/* The prompt: a person, a player, and a screen between them. */
#ifndef UI_PROMPT_REPL_H
#define UI_PROMPT_REPL_H

#include "ui/options/options.h"
#include "ui/prompt/prompt.h"

/*
 * Talks until the person leaves; the exit status. target may be NULL: nothing is opened at first.
 * `commands` ends in NULL.
 */
int repl_run(struct session_env *, struct options *, struct screen *, const struct target *,
    const struct prompt_command *const commands[]);

#endif
