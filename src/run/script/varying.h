/*
 * What of a reply is another at the next session though the server is the same: dates, addresses,
 * host names, queue IDs and session IDs of any shape, sizes and durations. It is found by how it
 * looks, by what stands before and behind it, and by what the reply answers, for a number in the
 * reply to a message is no such thing as one behind SIZE. Recording writes a typed place for each,
 * and the level `text` hides each where a script has the text as it was.
 */
#ifndef RUN_SCRIPT_VARYING_H
#define RUN_SCRIPT_VARYING_H

#include "run/script/expect.h"

struct varying_context {
	enum reply_place place;
	unsigned masks;	  /* bits of MATCH_MASKS: what is looked for */
	struct span host; /* the server's own name; empty: not known */
	/* what the client sent, lines with LF: a word of it that comes back is no other next time
	 */
	struct span said;
};

struct varying {
	enum value_type type;	  /* TYPE_NONE: it is the same each time */
	enum match_mask_bit mask; /* what hides it */
};

/*
 * How many octets from text.at[i] on belong together, at least one, and what they are. `i` is less
 * than text.len, and the octets before it were gone over so.
 */
size_t varying_at(struct span text, size_t i, const struct varying_context *, struct varying *out);

/* The server's own name in the first line of a greeting or of its reply to EHLO; empty: none. */
struct span varying_host(struct span line);

/*
 * A reply's text as an S: line has it: a typed place for what varies, what would be a pattern as a
 * literal, what is not printable left open. NULL: nothing is known to vary.
 */
void varying_put(struct buf *, struct span text, const struct varying_context *);

#endif
