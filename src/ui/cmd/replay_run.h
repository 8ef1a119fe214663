/* Playing the files of `replay`, and writing back what came. */
#ifndef UI_CMD_REPLAY_RUN_H
#define UI_CMD_REPLAY_RUN_H

#include "ui/report/replay.h"

/* Makes ->cases of those of the files' cases that --tags and --case choose; all without them. */
void replay_list(struct replay *, struct arena *);
/* Plays all of them; at most `jobs` at once. The exit status. */
int replay_run(struct replay *, unsigned jobs);

/*
 * --update: failing literal S: lines of the file are rewritten to what came, in one step; what is
 * left alone is said. False with err: nothing was written.
 */
bool replay_update(struct replay *, const struct replay_file *, struct err *);

#endif
