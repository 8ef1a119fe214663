/*
 * POSIX extended regular expressions (IEEE 1003.1 9.4) over octets, bounded for every expression
 * and every text: an expression may expand to ERE_PLACES places, counted before any is made, and
 * matching takes no more steps than places times octets, in constant memory. (The C library's
 * takes minutes for ".*a.{64}q" and a line of 1 KiB, and gigabytes for "[a-z]{0,32767}".)
 * Back-references are not supported. Of GNU's extensions, \w \W \s \S \b \B \< \> are.
 */
#ifndef BASE_ERE_H
#define BASE_ERE_H

#include "base/arena.h"
#include "base/err.h"

enum { ERE_OCTETS = 4096, ERE_PLACES = 2000, ERE_TEXT = 8 << 10 };

/* "^" and "$" also match at line ends, which "." and "[^x]" then do not match */
enum { ERE_LINES = 1 };

struct ere;

/*
 * Compiles `source` (up to ERE_OCTETS) into the arena. NULL with err (ERR_USAGE), a clause that
 * says what is wrong with it.
 */
const struct ere *ere_new(struct span source, unsigned flags, struct arena *, struct err *);

/* its size; each place takes about 32 octets of memory */
unsigned ere_places(const struct ere *);

/*
 * Searches the first ERE_TEXT octets of `text`. The match is the leftmost, and of those the
 * longest; *hit is its first group, or the whole match if there is no group or it took no part.
 */
bool ere_search(const struct ere *, struct span text, struct span *hit);

#endif
