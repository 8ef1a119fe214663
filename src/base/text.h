/*
 * Octets made safe to show, and how wide they are. Every octet from a peer passes text_safe before
 * a terminal, a log or a label sees it: it keeps printable UTF-8 and writes everything else as
 * \xNN.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * The next character of s as a code point, its length in *len (at least 1). 0xFFFFFFFF when the
 * octets there are not UTF-8 (over-long forms and surrogates included); *len is then 1. s must not
 * be empty.
 */
unsigned long text_char(struct span s, size_t *len);

/* Writes a code point below 0x10000 as UTF-8; the octets written, 1 to 3. */
size_t text_put_char(char out[3], unsigned code_point);

bool text_is_utf8(struct span);
bool text_is_ascii(struct span); /* no octet above 127 */

/*
 * Whether this code point may go to a terminal as it is: not C0, C1, DEL, nor the marks that
 * reorder or hide text.
 */
bool text_is_printable(unsigned long code_point);

bool text_is_safe(struct span);		/* whether all of it is printable */

/*
 * s with everything unprintable written as \xNN, octet by octet, in the arena; s itself when all
 * is printable.
 */
struct span text_safe(struct arena *, struct span s);
void text_safe_to(struct buf *, struct span s);

/*
 * Loads the user's locale, which is slow; needed for wide characters and for the width of what is
 * not ASCII.
 */
void text_locale(void);

/* Columns that s takes on a terminal; s must have passed text_safe. */
unsigned text_width(struct span);

/* Its first octets, at most so many, up to the end of a character. */
struct span text_first(struct span, size_t most);

/* How much of s fits in `columns`, cut at a space where there is one; at least one character. */
struct span text_fit(struct span s, unsigned columns);

/* Writes two small hexadecimal digits for each octet, and a NUL; returns out. */
char *text_hex(char *out, struct span octets);

/* 26214400 as "25 MiB", 10240000 as "9.77 MiB". Into out, NUL-terminated. */
void text_size(char out[24], unsigned long long octets);

/* A duration in microseconds, rounded: "0.04 ms", "0.4 ms", "12 ms", "1.25 s". */
void text_time(char out[24], unsigned long long us);
/* A configured time in milliseconds, exactly: "300 ms", "3 s", "1.5 s". */
void text_limit(char out[24], unsigned long long ms);

#endif
