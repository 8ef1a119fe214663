/*
 * A file of which nobody ever sees a half: it is written beside its name, never through a link that
 * stood there, and takes the name when all is in it. What is no plain file, a device or a pipe, is
 * written to as it is.
 */
#ifndef UI_SHOW_DRAFT_H
#define UI_SHOW_DRAFT_H

#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/span.h"

struct draft {
	FILE *out;			/* to write to; NULL: none was begun */
	char *file;
	char *beside;			/* what becomes the file; NULL: it is no plain one */
};

/* A file that stands there already keeps its mode. */
bool draft_begin(struct draft *, const char *file, struct err *);
/*
 * False with err when any of it could not be written; then what stood there before stands there
 * still.
 */
bool draft_keep(struct draft *, struct err *);
void draft_drop(struct draft *);
/* All three: `text` is the file, which is on the disk then; `mode`, less the umask, is a new one's.
 */
bool draft_write(const char *file, mode_t mode, struct span text, struct err *);

#endif
