/*
 * Message text on the wire: dot-stuffing (RFC 5321 4.5.2) and line endings, both ways, streaming.
 */
#ifndef SMTP_BODY_H
#define SMTP_BODY_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * Outgoing: any line ending becomes CRLF, and a line that begins with a dot gets a second one.
 * {0} is the initial state.
 */
struct body_out {
	bool midline;		/* the last octet seen did not end a line */
	bool cr;		/* the last octet seen was CR */
};

/*
 * Adds `text`, stuffed, to `out`. Returns how many octets of `text` were taken (fewer than all
 * only when `out` is nearly full: call again later).
 */
size_t body_stuff(struct body_out *, struct span text, struct buf *out);
/*
 * Ends an unfinished line and adds the final dot. False: `out` has no room; what it has added
 * counts, call again later.
 */
bool body_end(struct body_out *, struct buf *out);

/* One line without its line ending, stuffed: itself, or a copy with a second dot in the arena. */
struct span body_line(struct arena *, struct span line);
/* The line that ends the message. */
#define BODY_END SPAN(".")
bool body_is_end(struct span line);

/* Incoming: removes the stuffed dots and finds the final dot. {0} is the initial state. */
struct body_in {
	enum { BODY_LINE_START, BODY_TEXT, BODY_CR, BODY_DOT, BODY_DOT_CR } state;
	bool over;		/* the final dot came */
	bool bare_lf;		/* a LF without CR was seen (RFC 5321 2.3.8) */
};

/*
 * Reads octets of `in`, no further than the end of the message, and gives the next run of message
 * text as a part of `in` (maybe empty) in *text. Returns the octets read, which may be 0 where
 * *text has something; call again with the rest until all is read or ->over.
 */
size_t body_unstuff(struct body_in *, struct span in, struct span *text);

#endif
