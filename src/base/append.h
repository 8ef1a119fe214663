/*
 * A file that pieces are appended to, each whole or not at all: what was half written when the disk
 * became full is cut off again, and the next piece, also that of a later run, never goes on in a
 * line that somebody left unfinished.
 */
#ifndef BASE_APPEND_H
#define BASE_APPEND_H

#include <sys/types.h>

#include "base/err.h"

struct append {
	const char *name;		/* for messages; lives as long as this */
	int fd;
	unsigned line_ends;		/* that stand before a piece, unless it is the first */
	/* torn: of no regular file, and the last piece is in it in part */
	bool regular, owned, torn;
	/* where the last piece began, and how much of it was written */
	off_t before;
	size_t wrote;
};

/*
 * For its owner alone where it is new: what it will hold is mail. False with err (ERR_USAGE), and
 * errno in err->sys.
 */
bool append_open(struct append *, const char *name, unsigned line_ends, struct err *);
/* a descriptor of the caller's */
void append_over(struct append *, const char *name, int fd, unsigned line_ends);
/*
 * Written without error, as far as the system tells without fsync(2). False with err (ERR_SYSTEM):
 * nothing of it stands there.
 */
bool append_piece(struct append *, struct span, struct err *);
void append_undo(struct append *);	/* the last piece is taken back */
void append_close(struct append *);	/* {0} with .fd -1 is fine, and closed twice too */

/*
 * Is there no more room, rather than anything else wrong? Of an errno: a disk, a quota, a limit of
 * a file's size.
 */
bool append_is_full(int error);

#endif
