/*
 * A file to which pieces are appended, each in full or not at all: what was half written when the
 * disk filled up is cut off again, and the next piece, even one of a later run, never continues
 * an unfinished line.
 */
#ifndef BASE_APPEND_H
#define BASE_APPEND_H

#include <sys/types.h>

#include "base/err.h"

struct append {
	const char *name;		/* for messages; lives as long as this */
	int fd;
	unsigned line_ends;		/* written before each piece, unless the file is empty */
	/* torn: the file is not a regular one, and part of the last piece is in it */
	bool regular, owned, torn;
	/* where the last piece began, and how many octets of it were written */
	off_t before;
	size_t wrote;
};

/*
 * Opens the file, creating it with mode 0600, since it will hold mail. False with err
 * (ERR_USAGE), and errno in err->sys.
 */
bool append_open(struct append *, const char *name, unsigned line_ends, struct err *);
/* The same over the caller's descriptor, which append_close does not close. */
void append_over(struct append *, const char *name, int fd, unsigned line_ends);
/*
 * Appends a piece. True: it was written without error, as far as the system tells without
 * fsync(2). False with err (ERR_SYSTEM): none of it is in a regular file.
 */
bool append_piece(struct append *, struct span, struct err *);
/*
 * Appends a piece to what is not a regular file, as much as it takes without waiting for its
 * reader. Call again with the same piece after APPEND_AGAIN, or append_undo. ->wrote is 0 before
 * the first call.
 */
enum append_progress { APPEND_DONE, APPEND_AGAIN, APPEND_FAILED };
enum append_progress append_some(struct append *, struct span, struct err *);
void append_undo(struct append *);	/* Removes the last piece again. */
void append_close(struct append *);	/* {0} with .fd -1 is fine; so is closing twice */

/*
 * Whether an errno says that there is no room (disk full, quota, file size limit) rather than
 * anything else.
 */
bool append_is_full(int error);

#endif
