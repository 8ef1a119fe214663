/*
 * A message's octets, wherever they come from: memory, a file of any size, filler up to a size.
 * Opened once and never changed; any number of readers go through it, in constant memory. Lines end
 * in CRLF whatever the source has, unless it is opened as binary.
 */
#ifndef RUN_MESSAGE_MESSAGE_H
#define RUN_MESSAGE_MESSAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

enum { MESSAGE_SHOWN_MAX = 64 << 10, MESSAGE_LINE_MAX = 998, MESSAGE_OCTETS_MAX = 1 << 30 };

struct message_facts {
	uint64_t octets;		/* as readers give them: for SIZE= and BDAT */
	bool eight_bit, utf8_header;	/* octets above 127, and such in the header */
	bool bare_lf, bare_cr, nul;	/* line ends that were mended; CR without LF; NUL octets */
	bool long_line;			/* over MESSAGE_LINE_MAX octets (RFC 5321 4.5.3.1.6) */
	bool no_blank_line;		/* nothing parts header and body (RFC 5322 2.1) */
};

struct message {
	struct buf head;		/* first this, */
	int fd;				/* then this file (-1: none), */
	uint64_t fd_octets;
	uint64_t filler;		/* then so many octets of lines of text */
	bool binary;
	struct message_facts facts;
};

#define MESSAGE_NONE	((struct message){ .fd = -1 })

/*
 * A file octet for octet; "-" is standard input, which is kept in a file without a name first.
 * False with err: not readable.
 */
bool message_file(struct message *, const char *path, enum file_take, bool binary, struct err *);
/*
 * What was put into ->head, ->fd and ->filler is complete: reads it all and finds the facts. False
 * with err: it cannot.
 */
bool message_finish(struct message *, struct err *);
/*
 * The filler that makes the whole `size` octets, then as message_finish. False with err also where
 * it has more already.
 */
bool message_fill(struct message *, uint64_t size, struct err *);
void message_release(struct message *);		/* closes the file; MESSAGE_NONE is fine */

/* short, and in memory: its lines are worth showing */
bool message_is_shown(const struct message *);

/* {0} to begin. */
struct message_reader {
	uint64_t at;		/* octets of the source read */
	bool cr;		/* the last one was CR */
	uint64_t gave;		/* octets given so far */
};

/*
 * Up to `room` octets, at least 2, of the message. 0 at the end. False: the file could not be read.
 */
bool message_read(const struct message *, struct message_reader *, char *out, size_t room,
    size_t *got, struct err *);

#endif
