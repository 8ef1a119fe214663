/*
 * The octets of a message, from memory, a file of any size, or filler up to a size. A message does
 * not change once it is open; any number of readers can read it, in constant memory. Lines end in
 * CRLF whatever the source has, unless it was opened as binary.
 */
#ifndef RUN_MESSAGE_MESSAGE_H
#define RUN_MESSAGE_MESSAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

enum { MESSAGE_SHOWN_MAX = 64 << 10, MESSAGE_LINE_MAX = 998, MESSAGE_OCTETS_MAX = 1 << 30 };

struct message_facts {
	uint64_t octets;		/* octets as read by message_read, for SIZE= and BDAT */
	bool eight_bit, utf8_header;	/* octets above 127: anywhere; in the header */
	/* LF without CR (sent as CRLF); CR without LF; NUL octets */
	bool bare_lf, bare_cr, nul;
	/* a line has more than MESSAGE_LINE_MAX octets (RFC 5321 4.5.3.1.6) */
	bool long_line;
	bool no_blank_line;		/* no blank line between header and body (RFC 5322 2.1) */
};

struct message {
	struct buf head;		/* the beginning, */
	int fd;				/* then this file (-1: none), */
	uint64_t fd_octets;
	uint64_t filler;		/* then this many octets of text lines */
	bool binary;
	struct message_facts facts;
};

#define MESSAGE_NONE	((struct message){ .fd = -1 })

/*
 * Opens a file as the message; "-" is standard input. What is not a regular file is copied to an
 * unnamed temporary file first. Returns false and sets err when it cannot be read or is too large.
 */
bool message_file(struct message *, const char *path, enum file_take, bool binary, struct err *);
/*
 * Reads the message once and sets ->facts; to be called when ->head, ->fd and ->filler are set.
 * Returns false and sets err when it cannot be read or exceeds MESSAGE_OCTETS_MAX.
 */
bool message_finish(struct message *, struct err *);
/*
 * Adds filler so that the source has `size` octets, then does what message_finish does. Returns
 * false and sets err also when the message is too large already.
 */
bool message_fill(struct message *, uint64_t size, struct err *);
void message_release(struct message *);		/* closes the file; MESSAGE_NONE is fine */

/* Returns whether the message is short and in memory, so that its lines are worth showing. */
bool message_is_shown(const struct message *);

/* A position in a message; {0} is its beginning. */
struct message_reader {
	uint64_t at;		/* octets read of the source */
	bool cr;		/* the last of them was CR */
	uint64_t gave;		/* octets returned so far */
};

/*
 * Reads up to `room` octets (at least 2) of the message into `out`; *got is 0 at its end. Returns
 * false and sets err when the file cannot be read.
 */
bool message_read(const struct message *, struct message_reader *, char *out, size_t room,
    size_t *got, struct err *);

#endif
