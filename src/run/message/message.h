/*
 * A message's octets, wherever they come from: memory, a file of any size, filler up to a size.
 * Opened once and never changed; any number of readers go through it, in constant memory. Lines
 * end in CRLF whatever the source has, unless it was opened as binary.
 */
#ifndef RUN_MESSAGE_MESSAGE_H
#define RUN_MESSAGE_MESSAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

enum { MESSAGE_SHOWN_MAX = 64 << 10, MESSAGE_LINE_MAX = 998, MESSAGE_OCTETS_MAX = 1 << 30 };

struct message_facts {
	uint64_t octets;		/* as readers give them, for SIZE= and BDAT */
	bool eight_bit, utf8_header;	/* octets above 127, anywhere and in the header */
	/* LF without CR (sent as CRLF), CR without LF, NUL octets */
	bool bare_lf, bare_cr, nul;
	bool long_line;			/* over MESSAGE_LINE_MAX octets (RFC 5321 4.5.3.1.6) */
	bool no_blank_line;		/* no blank line between header and body (RFC 5322 2.1) */
};

struct message {
	struct buf head;		/* first this, */
	int fd;				/* then this file (-1: none), */
	uint64_t fd_octets;
	uint64_t filler;		/* then this many octets of text lines */
	bool binary;
	struct message_facts facts;
};

#define MESSAGE_NONE	((struct message){ .fd = -1 })

/*
 * Opens a file as the message; "-" is standard input, which is first copied to an unnamed file.
 * False with err: not readable.
 */
bool message_file(struct message *, const char *path, enum file_take, bool binary, struct err *);
/*
 * Called when ->head, ->fd and ->filler are complete: reads the message once and sets ->facts.
 * False with err: it cannot be read.
 */
bool message_finish(struct message *, struct err *);
/*
 * Sets the filler that makes the message `size` octets, then does as message_finish. False with
 * err also when it is larger already.
 */
bool message_fill(struct message *, uint64_t size, struct err *);
void message_release(struct message *);		/* closes the file; MESSAGE_NONE is fine */

/* Whether it is short and in memory, so that its lines are worth showing. */
bool message_is_shown(const struct message *);

/* A position in a message; {0} is its beginning. */
struct message_reader {
	uint64_t at;		/* octets of the source read */
	bool cr;		/* the last one was CR */
	uint64_t gave;		/* octets given so far */
};

/*
 * Reads up to `room` octets (at least 2) of the message; *got is 0 at its end. False with err:
 * the file could not be read.
 */
bool message_read(const struct message *, struct message_reader *, char *out, size_t room,
    size_t *got, struct err *);

#endif
