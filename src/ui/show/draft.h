/*
 * A file written atomically: under a temporary name beside it, never through an existing link,
 * then renamed when complete. What is not a regular file (a device, a pipe) is written to
 * directly.
 */
#ifndef UI_SHOW_DRAFT_H
#define UI_SHOW_DRAFT_H

#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/span.h"

struct draft {
	FILE *out;			/* to write to; NULL: not begun */
	char *file;
	char *beside;			/* the temporary name; NULL: not a regular file */
};

/* Begins a file; an existing one keeps its mode. False with err. */
bool draft_begin(struct draft *, const char *file, struct err *);
/*
 * Completes it. False with err when any of it could not be written; then the previous file is
 * unchanged.
 */
bool draft_keep(struct draft *, struct err *);
void draft_drop(struct draft *);
/*
 * Writes a whole file and syncs it to disk; `mode`, less the umask, is that of a new one. False
 * with err.
 */
bool draft_write(const char *file, mode_t mode, struct span text, struct err *);

#endif
