/*
 * Makes bytes safe to show, and measures their width. Everything from a peer must pass through
 * text_safe before it goes to a terminal, a log or a label: it keeps printable UTF-8 and writes
 * everything else as \xNN.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * Returns the first character of s as a code point, and its length in *len. 0xFFFFFFFF: it is not
 * valid UTF-8 (overlong forms and surrogates are not); *len is then 1. s must not be empty.
 */
unsigned long text_char(struct span s, size_t *len);

/* Writes a code point below 0x10000 as UTF-8 and returns its length, 1 to 3 bytes. */
size_t text_put_char(char out[3], unsigned code_point);

bool text_is_utf8(struct span);
bool text_is_ascii(struct span); /* no byte above 127 */

/*
 * Whether a code point may go to a terminal as it is: not a control (C0, C1, DEL), and not one that
 * reorders or hides text.
 */
bool text_is_printable(unsigned long code_point);

bool text_is_safe(struct span);		/* whether all of it is printable */

/*
 * Returns s with every unprintable byte written as \xNN, in the arena; s itself when all of it is
 * printable. text_safe_to appends it to a buf.
 */
struct span text_safe(struct arena *, struct span s);
void text_safe_to(struct buf *, struct span s);

/* Loads the user's locale, which is slow; needed before text_width of text that is not ASCII. */
void text_locale(void);

/* Returns the number of columns on a terminal; the text must have passed text_safe. */
unsigned text_width(struct span);

/* Returns at most `most` bytes of the beginning, without cutting a character. */
struct span text_first(struct span, size_t most);

/*
 * Returns the beginning of s that fits into `columns`, cut at a space if possible; at least one
 * character.
 */
struct span text_fit(struct span s, unsigned columns);

/* Writes two lower-case hexadecimal digits for each byte, and a NUL; returns out. */
char *text_hex(char *out, struct span octets);

/* Writes a size: 26214400 as "25 MiB", 10240000 as "9.77 MiB". NUL-terminated, like the others. */
void text_size(char out[24], unsigned long long octets);

/* Writes a duration in microseconds, rounded: "0.04 ms", "0.4 ms", "12 ms", "1.25 s". */
void text_time(char out[24], unsigned long long us);
/* Writes a configured time in milliseconds, without rounding: "300 ms", "3 s", "1.5 s". */
void text_limit(char out[24], unsigned long long ms);

#endif
