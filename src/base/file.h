/*
 * Reads files without hanging: open(2) does not wait for the other end of a pipe, directories and
 * devices such as /dev/zero are refused, and there is a maximum size. Errors are ERR_USAGE and name
 * the file.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum file_take {
	/* regular files only: for names from a script or a session, whose reading must not block */
	FILE_REGULAR,
	/*
	 * also a pipe, as in <(command), a terminal, or "-", standard input: for names from the
	 * command line
	 */
	FILE_PIPE,
};

/*
 * Opens a file for reading. Returns a non-blocking descriptor (standard input is left unchanged),
 * to be closed with file_close. Returns -1 and sets err on failure.
 */
int file_open(const char *path, enum file_take, struct err *);
void file_close(int fd);		/* standard input stays open; -1 is fine */

/* Like read(2), but waits for data on a non-blocking descriptor. 0: end of file; -1: see errno. */
ssize_t file_some(int fd, char *out, size_t room);

/*
 * Reads a descriptor to its end into *out, which is initialized, waiting for data. Returns false
 * and sets err, with `name` for the file, on failure or when there are more than `max` bytes.
 */
bool file_drain(int fd, const char *name, size_t max, struct buf *out, struct err *);

/*
 * Reads a whole file of at most `max` bytes into the arena. Returns false and sets err on failure.
 */
bool file_read(
    const char *path, enum file_take, size_t max, struct arena *, struct span *text, struct err *);

/*
 * Opens a file for appending, creating it with mode 0600. A pipe without a reader is refused.
 * Returns -1 and sets err, with errno in ->sys, on failure.
 */
int file_append(const char *path, struct err *);

#endif
