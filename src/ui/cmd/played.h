/*
 * A script in place of lines: -f FILE and a pipe take one too, when its first line begins with C:
 * or S:.
 */
#ifndef UI_CMD_PLAYED_H
#define UI_CMD_PLAYED_H

#include "run/route/target.h"
#include "ui/cmd/outlet.h"

/* Plays it, shows the dialogue and what failed; the exit status. */
int played_run(struct session_env *, const struct options *, struct outlet *, const struct target *,
    const char *name, struct span text);

#endif
