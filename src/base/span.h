/*
 * A borrowed run of bytes: the only string type below ui/. It owns nothing, is not NUL-terminated,
 * and lives as long as the buffer or arena that it points into; a function that returns one says
 * which.
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

/* The bytes of a NUL-terminated string; NULL becomes the empty span. */
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
/* 32-bit FNV-1a, the same on every machine. */
unsigned span_hash(struct span);

/* Without the first n bytes; empty when it has no more. */
struct span span_skip(struct span, size_t n);
struct span span_first(struct span, size_t n);		/* up to its first n bytes */
/* Without spaces, tabs, CR and LF at either end. */
struct span span_trim(struct span);
/* Without any bytes in `these`, such as "\r\n", at the end. */
struct span span_trim_end(struct span, const char *these);
/* From the first occurrence of `needle` on; SPAN_NONE when there is none, or needle is empty. */
struct span span_find(struct span, struct span needle);
struct span span_find_case(struct span, struct span needle);	/* ASCII letters in any case */

/*
 * Takes the first word, with the white space around it, off the front and returns it; empty when
 * there is none.
 */
struct span span_word(struct span *rest);

/*
 * Takes everything up to and including the first `mark` off the front and returns what precedes the
 * mark; everything when there is no mark.
 */
struct span span_until(struct span *rest, char mark);

/*
 * Takes a line off the front; *line is without its LF or CRLF. The last line may end without LF.
 * Returns false when nothing is left.
 */
bool span_line(struct span *rest, struct span *line);

/*
 * Parses the whole span as a decimal number up to `max`. Returns false and leaves *out unchanged
 * for anything else.
 */
bool span_number(struct span, unsigned long long max, unsigned long long *out);

#endif
