/*
 * Files that the program reads, none of which can hang it: open(2) never waits for the other end
 * of a pipe, directories and endless devices (/dev/zero) are refused, and what is read has a
 * maximum. Errors are ERR_USAGE and name the file.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum file_take {
	/* named by a script or during a session: reading it must not wait for anybody */
	FILE_REGULAR,
	/*
	 * named on the command line: may also be a pipe, as in <(command), a terminal, or "-",
	 * standard input
	 */
	FILE_PIPE,
};

/*
 * Returns a non-blocking descriptor (standard input stays as it is), to be closed by file_close;
 * -1 with err.
 */
int file_open(const char *path, enum file_take, struct err *);
void file_close(int fd);		/* standard input stays open; -1 is fine */

/* read(2) that waits for a pipe's writer: 0 at the end, -1 with errno. */
ssize_t file_some(int fd, char *out, size_t room);

/*
 * Reads a descriptor to its end, waiting for a pipe's writer. False with err, which calls it
 * `name`; more than `max` octets are an error.
 */
bool file_drain(int fd, const char *name, size_t max, struct buf *out, struct err *);

/* Reads a whole file, of up to `max` octets, into the arena. False with err. */
bool file_read(
    const char *path, enum file_take, size_t max, struct arena *, struct span *text, struct err *);

/*
 * Opens a file for appending, creating it with mode 0600. A pipe that nobody reads is refused. -1
 * with err, errno in ->sys.
 */
int file_append(const char *path, struct err *);

#endif
