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

/*
 * --learn: False with err when playing them twice would send a message twice, which --learn=send
 * allows.
 */
bool replay_may_learn(const struct replay *, struct err *);
/*
 * Plays the cases twice, one after the other, and makes patterns of the texts that differed; writes
 * each file in one step, and tells on r->out what it changed. r->status is that of what it could
 * not learn. False with err: a file was not written.
 */
bool replay_learn(struct replay *, struct err *);

/* Lines of a script that are written anew; `text` ends in LF. Zeroed with ->arena it has none. */
struct change {
	unsigned from, n;
	struct span text;
};
struct rewrite {
	struct arena *arena;
	struct change *change;
	size_t n;
	const struct replay_file *of;	/* whose lines are below; NULL: not read yet */
	struct span *line;
	size_t nlines;
};
void rewrite_add(struct rewrite *, unsigned from, unsigned n, struct span text);
void rewrite_sort(struct rewrite *); /* by line; before it is written */
bool rewrite_has(const struct rewrite *, unsigned line);
/*
 * The line as it is in the file, counted from 1, and what of it precedes the reply: blanks and
 * "S: ".
 */
struct span rewrite_old_line(struct rewrite *, const struct replay_file *, unsigned line);
struct span rewrite_mark(struct rewrite *, const struct replay_file *, unsigned line);
/*
 * Writes the file with these lines to `to`, in one step. False with err: it could not, or the file
 * was changed since it was read.
 */
bool rewrite_write(
    const struct rewrite *, const struct replay_file *, const char *to, struct err *);

#endif
