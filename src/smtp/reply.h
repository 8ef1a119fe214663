/*
 * Parses replies (RFC 5321 4.2). Parsing is a pure function that cannot fail: it records flaws, and
 * a reply ends at its first line that is not a continuation line, whatever the bytes are.
 */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include "base/arena.h"
#include "base/span.h"
#include "smtp/status.h"

/* bit, the word for it in JSON, what is wrong, the rule's source */
#define REPLY_FLAWS(X)										\
	X(BARE_LF,	 0, "bare_lf",	     "a line ends with a bare LF", \
	    "RFC 5321 2.3.8") \
	X(BARE_CR,	 1, "bare_cr",	     "a line has a bare CR", \
	    "RFC 5321 2.3.8") \
	X(CODES_DIFFER,	 2, "codes_differ", \
	    "its lines do not all have the same code; the first counts", "RFC 5321 4.2.1") \
	X(NO_CODE,	 3, "no_code",	     "a line does not begin with a reply code", \
	    "RFC 5321 4.2") \
	X(BAD_CODE,	 4, "bad_code",	     "the code is not one of 200 to 599", \
	    "RFC 5321 4.2.1") \
	X(BAD_SEPARATOR, 5, "bad_separator", "the code is followed by neither a space nor \"-\"", \
	    "RFC 5321 4.2") \
	X(LONG_LINE,	 6, "long_line",     "a line has more than 512 octets", \
	    "RFC 5321 4.5.3.1.5") \
	X(NUL,		 7, "nul",	     "it has NUL octets", \
	    "RFC 5321 2.3.1") \
	X(CONTROL,	 8, "control",	     "it has control octets", \
	    "RFC 5321 4.2") \
	X(EIGHT_BIT,	 9, "eight_bit",     "it has octets above 127 that are not UTF-8", \
	    "RFC 5321 2.4") \
	X(CUT,		10, "cut",	     "it was truncated: too long to keep", \
	    "RFC 5321 4.5.3.1.5") \
	X(CLASS_DIFFERS, 11, "class_differs", \
	    "the enhanced code's class differs from the reply code's", "RFC 2034 4") \
	X(UNFINISHED,	12, "unfinished",    "another reply begins where its continuation is due", \
	    "RFC 5321 4.2.1") \
	X(MIXED,	13, "mixed", \
	    "its lines have codes of different classes: it counts as a failure", "RFC 5321 4.2.1")

enum reply_flaw {
#define X(name, bit, word, text, rfc) REPLY_##name = 1u << (bit),
	REPLY_FLAWS(X)
#undef X
	/* its lines do not all begin with the same code and a proper separator */
	REPLY_IRREGULAR = REPLY_NO_CODE | REPLY_BAD_SEPARATOR | REPLY_CODES_DIFFER | REPLY_MIXED,
};

struct reply {
	unsigned code;		/* of the first line that has one; 0: none has */
	/* enhanced code of the first line (RFC 2034); class 0: none */
	struct status status;
	/* texts after code and separator, as sent, including an enhanced code */
	struct span *line;
	size_t nlines;		/* at least 1 */
	unsigned flaws;		/* REPLY_* bits */
	struct span raw;	/* the whole reply, including line endings */
};

/*
 * Parses the first reply in `in` and returns its length in bytes, or 0 while it is incomplete. The
 * arrays of *out live in the arena, its texts in `in`.
 */
size_t reply_parse(struct span in, struct arena *, struct reply *out);

/*
 * Returns the length of the first reply in `in`, as reply_parse does, or 0 while it is incomplete.
 * `in` must begin with what it had at the last call: bytes already seen are not scanned again, so
 * the time is linear in the length of the reply. {0} is the initial state.
 */
struct reply_scan {
	size_t line;		/* offset of the current line */
	size_t seen;		/* bytes already scanned */
	size_t nlines;		/* complete lines before the current one */
};
size_t reply_scan(struct reply_scan *, struct span in);

/* Removes the lowest flaw from a set and returns its row; NULL when the set is empty. */
struct reply_flaw_info { enum reply_flaw flaw; const char *word, *text, *rfc; };
const struct reply_flaw_info *reply_flaw_next(unsigned *flaws);

#endif
