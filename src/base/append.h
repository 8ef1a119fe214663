/*
 * A file to which pieces are appended, each in full or not at all: a piece that was written only in
 * part, because the disk is full, is removed again. A piece never continues an unfinished line,
 * not even one that was left by an earlier run.
 */
#ifndef BASE_APPEND_H
#define BASE_APPEND_H

#include <sys/types.h>

#include "base/err.h"

struct append {
	const char *name;		/* for messages; lives as long as this */
	int fd;
	unsigned line_ends;		/* LFs to precede each piece, unless the file is empty */
	/* torn: part of the last piece is in the file and could not be removed */
	bool regular, owned, torn;
	/* offset of the last piece, and how many bytes were written for it */
	off_t before;
	size_t wrote;
};

/*
 * Opens the file, creating it with mode 0600, since it will hold mail. Returns false and sets err
 * (ERR_USAGE), with errno in err->sys, on failure.
 */
bool append_open(struct append *, const char *name, unsigned line_ends, struct err *);
/* The same for a descriptor of the caller, which append_close does not close. */
void append_over(struct append *, const char *name, int fd, unsigned line_ends);
/*
 * Appends a piece. Returns true when it was written without error, as far as the system tells
 * without fsync(2). Returns false and sets err (ERR_SYSTEM) on failure; a regular file is then
 * truncated to what it was before.
 */
bool append_piece(struct append *, struct span, struct err *);
/*
 * Appends to a file that is not regular, such as a pipe, as much of a piece as is possible without
 * waiting for the reader. After APPEND_AGAIN call it again with the same piece, or append_undo.
 * ->wrote must be 0 before the first call.
 */
enum append_progress { APPEND_DONE, APPEND_AGAIN, APPEND_FAILED };
enum append_progress append_some(struct append *, struct span, struct err *);
void append_undo(struct append *);	/* removes the last piece again */
void append_close(struct append *);	/* {0} with .fd -1 is fine; so is closing twice */

/* Whether an errno means that there is no room: disk full, quota, or file size limit. */
bool append_is_full(int error);

#endif
