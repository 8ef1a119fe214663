/* Plays the files of `replay`, and updates them with the replies received. */
#ifndef UI_CMD_REPLAY_RUN_H
#define UI_CMD_REPLAY_RUN_H

#include "ui/report/replay.h"

/*
 * Sets ->cases, in the arena, to the files' cases that --tags and --case select; all without
 * those.
 */
void replay_list(struct replay *, struct arena *);
/* Plays all of them, up to `jobs` at once. Returns the exit status. */
int replay_run(struct replay *, unsigned jobs);

/*
 * --update: rewrites non-matching literal S: lines of the file to what was received, atomically,
 * and reports what it leaves alone. False with err: nothing was written.
 */
bool replay_update(struct replay *, const struct replay_file *, struct err *);

#endif
