/*
 * draft - a file written atomically: under a temporary name beside it, never through an existing
 * link, and renamed when complete. Anything that is not a regular file (a device, a pipe) is
 * written to directly.
 */
#ifndef UI_SHOW_DRAFT_H
#define UI_SHOW_DRAFT_H

#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/span.h"

struct draft {
	FILE *out;			/* stream to write to; NULL: not begun */
	char *file;
	char *beside;			/* temporary name; NULL: not a regular file */
};

/* Begins a file; an existing one keeps its mode. Returns false with err. */
bool draft_begin(struct draft *, const char *file, struct err *);
/*
 * Completes the file. Returns false with err if any of it could not be written; a previous regular
 * file is then unchanged.
 */
bool draft_keep(struct draft *, struct err *);
/* Discards the file; a previous one is unchanged. A draft that was not begun is fine. */
void draft_drop(struct draft *);
/*
 * Writes a whole file and syncs it to disk. `mode`, less the umask, is used for a new file. Returns
 * false with err.
 */
bool draft_write(const char *file, mode_t mode, struct span text, struct err *);

#endif
