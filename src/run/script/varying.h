/*
 * Finds what varies in replies of the same server from session to session: dates, addresses, host
 * names, queue IDs and session IDs of any form, sizes and durations. It is recognized by its form,
 * by the words before and after it, and by what the reply answers: a number in the reply to a
 * message varies, one after SIZE does not. Recording writes a typed placeholder for each, and level
 * `text` hides each where a script has the literal text.
 */
#ifndef RUN_SCRIPT_VARYING_H
#define RUN_SCRIPT_VARYING_H

#include "run/script/expect.h"

struct varying_context {
	enum reply_place place;
	unsigned masks;	  /* bits of MATCH_MASKS: what to look for */
	struct span host; /* the server's own name; empty: unknown */
	/*
	 * what the client sent, as lines with LF: a word of it that the server repeats does not
	 * vary
	 */
	struct span said;
};

struct varying {
	enum value_type type;	  /* TYPE_NONE: it does not vary */
	enum match_mask_bit mask; /* the mask that hides it */
};

/*
 * Returns how many octets from text.at[i] on belong together, at least one, and sets *out to what
 * they are. `i` must be less than text.len. To scan a text, begin at 0 and advance by the result.
 */
size_t varying_at(struct span text, size_t i, const struct varying_context *, struct varying *out);

/*
 * Returns the server's own name in the first line of a greeting or of its reply to EHLO; empty:
 * none.
 */
struct span varying_host(struct span line);

/*
 * Appends a reply's text as written in an S: line: with typed placeholders for what varies, escapes
 * for what would be a pattern, and [..] for what is not printable. A NULL context means that
 * nothing varies.
 */
void varying_put(struct buf *, struct span text, const struct varying_context *);

#endif
