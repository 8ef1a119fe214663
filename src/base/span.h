/*
 * A borrowed run of bytes: the only string type below ui/. It owns nothing, ends in no NUL, and is
 * as long-lived as the buffer or arena that it points into; a function that returns one says which.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *at;
	size_t len;
};

#define SPAN(literal)	((struct span){ "" literal, sizeof(literal) - 1 })
/* for tables with static storage */
#define SPAN_INIT(literal)	{ "" literal, sizeof(literal) - 1 }
#define SPAN_NONE	((struct span){ NULL, 0 })

/*
 * Arguments for "%.*s"; evaluates s more than once. Only for text known to be printable: what a
 * peer sent goes through base/text.
 */
#define SPAN_ARG(s)	(int)(s).len, (s).at ? (s).at : ""

/* The bytes of a NUL-terminated string; NULL is the empty span. */
static inline struct span
span_of(const char *string)
{
	return string ? (struct span){ string, strlen(string) } : SPAN_NONE;
}

bool span_eq(struct span, struct span);
bool span_eq_case(struct span, struct span);		/* ASCII letters in any case */
bool span_starts(struct span, struct span prefix);
bool span_starts_case(struct span, struct span prefix);
bool span_ends_case(struct span, struct span suffix);
bool span_has(struct span, char);
/* FNV-1a of 32 bits, the same on every machine. */
unsigned span_hash(struct span);

/* Without its first n bytes; empty when shorter. */
struct span span_skip(struct span, size_t n);
struct span span_first(struct span, size_t n);		/* up to its first n bytes */
/* Without spaces, tabs, CR and LF at either end. */
struct span span_trim(struct span);
/* Without the octets at its end that are one of these, as "\r\n". */
struct span span_trim_end(struct span, const char *these);
/* From the first occurrence of `needle` (not empty) on; SPAN_NONE when absent. */
struct span span_find(struct span, struct span needle);
struct span span_find_case(struct span, struct span needle);	/* ASCII letters in any case */

/*
 * Takes the first word (up to a space or tab) and the white space around it off the front; empty
 * when there is none.
 */
struct span span_word(struct span *rest);

/*
 * Takes what precedes the first `mark`, and the mark, off the front; everything when there is no
 * mark.
 */
struct span span_until(struct span *rest, char mark);

/*
 * Takes one line off the front, without its LF or CRLF. False when nothing is left; a last line
 * needs no LF.
 */
bool span_line(struct span *rest, struct span *line);

/*
 * Parses the whole span as a decimal number up to `max`; false (and *out unchanged) for anything
 * else.
 */
bool span_number(struct span, unsigned long long max, unsigned long long *out);

#endif
