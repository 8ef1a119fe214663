/* Plays the files of `replay`, and updates them with the replies received. */
#ifndef UI_CMD_REPLAY_RUN_H
#define UI_CMD_REPLAY_RUN_H

#include "ui/report/replay.h"

/*
 * Sets ->cases, in the arena, to the cases of the files that --tags and --case select; to all of
 * them without these options.
 */
void replay_list(struct replay *, struct arena *);
/* Plays all cases, up to `jobs` concurrently. Returns the exit status. */
int replay_run(struct replay *, unsigned jobs);

/*
 * --update: rewrites the literal S: lines of the file that did not match to what was received,
 * atomically, and reports those it leaves unchanged. Returns false and sets err when nothing was
 * written.
 */
bool replay_update(struct replay *, const struct replay_file *, struct err *);

/*
 * --learn: returns false and sets err when playing the cases twice would send a message twice,
 * unless --learn=send allows it.
 */
bool replay_may_learn(const struct replay *, struct err *);
/*
 * Plays the cases twice, one after the other, and turns the texts that differed into patterns.
 * Writes each file atomically, and reports the changes on r->out. Sets r->status if something could
 * not be learned. Returns false and sets err when a file was not written.
 */
bool replay_learn(struct replay *, struct err *);

/*
 * A change replaces `n` lines of a script from `from` on by `text`, which ends in LF. A rewrite is
 * zeroed except for ->arena and has no changes then.
 */
struct change {
	unsigned from, n;
	struct span text;
};
struct rewrite {
	struct arena *arena;
	struct change *change;
	size_t n;
	const struct replay_file *of;	/* the file that ->line is of; NULL: not read yet */
	struct span *line;
	size_t nlines;
};
void rewrite_add(struct rewrite *, unsigned from, unsigned n, struct span text);
void rewrite_sort(struct rewrite *); /* by line; must be called before rewrite_write */
bool rewrite_has(const struct rewrite *, unsigned line);
/*
 * Returns a line as it is in the file, numbered from 1; rewrite_mark returns only the part that
 * precedes the reply: white space and "S: ".
 */
struct span rewrite_old_line(struct rewrite *, const struct replay_file *, unsigned line);
struct span rewrite_mark(struct rewrite *, const struct replay_file *, unsigned line);
/*
 * Writes the file with these changes to `to`, atomically. Returns false and sets err when that
 * fails, or when the file has changed since it was read.
 */
bool rewrite_write(
    const struct rewrite *, const struct replay_file *, const char *to, struct err *);

#endif
