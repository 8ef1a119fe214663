/*
 * Message text on the wire: dot-stuffing (RFC 5321 4.5.2) and line endings, both ways, streaming.
 */
#ifndef SMTP_BODY_H
#define SMTP_BODY_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * Out: any line ending becomes CRLF, a line that begins with a dot gets a second one. {0} to begin.
 */
struct body_out {
	bool midline;		/* the last octet seen did not end a line */
	bool cr;		/* the last octet seen was CR */
};

/*
 * Adds `text` to `out`, stuffed; how many octets of `text` were taken (fewer only when `out` is
 * nearly full: call again later).
 */
size_t body_stuff(struct body_out *, struct span text, struct buf *out);
/*
 * Ends an unfinished line and adds the lone dot. False: `out` has no room; what it did add stands,
 * call again later.
 */
bool body_end(struct body_out *, struct buf *out);

/* A line without its end, as it stands on the wire: itself, or with a second dot in the arena. */
struct span body_line(struct arena *, struct span line);
/* The line that ends the message. */
#define BODY_END SPAN(".")
bool body_is_end(struct span line);

/* In: takes the second dot away and finds the end. {0} to begin. */
struct body_in {
	enum { BODY_LINE_START, BODY_TEXT, BODY_CR, BODY_DOT, BODY_DOT_CR } state;
	bool over;		/* the lone dot came */
	bool bare_lf;		/* a LF without CR was seen (RFC 5321 2.3.8) */
};

/*
 * Takes octets off `in` up to the end of the message at most and gives the next run of message text
 * as a piece of it in *text (it may be empty; it lives as `in` does). Returns octets taken, which
 * may be none where *text has something; call again with the rest until all is taken or ->over.
 */
size_t body_unstuff(struct body_in *, struct span in, struct span *text);

#endif
