/*
 * Message data on the wire: adds and removes dot-stuffing (RFC 5321 4.5.2) and converts line
 * endings, piece by piece.
 */
#ifndef SMTP_BODY_H
#define SMTP_BODY_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * Outgoing: a bare LF becomes CRLF, and a line that begins with a dot gets a second one.
 * {0} is the initial state.
 */
struct body_out {
	bool midline;		/* the last byte did not end a line */
	bool cr;		/* the last byte was CR */
};

/*
 * Appends `text`, stuffed, to `out`. Returns the number of bytes of `text` taken: fewer than all
 * when `out` is nearly full; call again later with the rest.
 */
size_t body_stuff(struct body_out *, struct span text, struct buf *out);
/*
 * Ends an unfinished line and appends the final dot. Returns false when `out` is full: call again
 * later, and it continues where it stopped.
 */
bool body_end(struct body_out *, struct buf *out);

/* Stuffs a line without its line ending: returns the line itself, or a copy in the arena. */
struct span body_line(struct arena *, struct span line);
/* the line that ends the message */
#define BODY_END SPAN(".")
bool body_is_end(struct span line);

/* Incoming: removes the stuffed dots and finds the final dot. {0} is the initial state. */
struct body_in {
	enum { BODY_LINE_START, BODY_TEXT, BODY_CR, BODY_DOT, BODY_DOT_CR } state;
	bool over;		/* the final dot came */
	bool bare_lf;		/* a bare LF was seen (RFC 5321 2.3.8) */
};

/*
 * Reads from `in`, no further than the end of the message, and sets *text to the next piece of
 * message data, which may be empty. Returns the number of bytes read, which may be 0 even though
 * *text is not empty. Call it again with the rest until all is read or ->over is set.
 */
size_t body_unstuff(struct body_in *, struct span in, struct span *text);

#endif
