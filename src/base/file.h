/*
 * Files that the program reads: none can hold it up. open(2) never waits for the other end of a
 * pipe; a directory and a device (/dev/zero has no end) are refused; what is read has a maximum.
 * Errors are ERR_USAGE and name the file.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum file_take {
	/* named by a script or while a session runs: reading it must not wait for anybody */
	FILE_REGULAR,
	/*
	 * named on the command line: also a pipe, as in <(command), a terminal, and "-", standard
	 * input
	 */
	FILE_PIPE,
};

/* A descriptor that does not block, but for standard input; -1 with err. */
int file_open(const char *path, enum file_take, struct err *);
void file_close(int fd);		/* standard input stays open; -1 is fine */

/* read(2) that waits for a pipe's writer: 0 at the end, -1 with errno. */
ssize_t file_some(int fd, char *out, size_t room);

/*
 * All that comes from a descriptor, which `name` stands for in err; waits for a pipe's writer. More
 * than `max` octets are an error.
 */
bool file_drain(int fd, const char *name, size_t max, struct buf *out, struct err *);

/* All of a file, in the arena. */
bool file_read(
    const char *path, enum file_take, size_t max, struct arena *, struct span *text, struct err *);

/*
 * For writing, at the end of what is there; made with mode 0600. A pipe that nobody reads is
 * refused. -1 with err, errno in ->sys.
 */
int file_append(const char *path, struct err *);

#endif
