/*
 * POSIX extended regular expressions (IEEE 1003.1 9.4) on bytes, with bounded time and memory for
 * any expression and any text. An expression may expand to at most ERE_PLACES places, which are
 * counted before memory is allocated; matching takes at most places times bytes steps, in constant
 * memory. (The C library takes minutes for ".*a.{64}q" on a line of 1 KiB, and gigabytes for
 * "[a-z]{0,32767}".) Back-references are not supported; of GNU's extensions, \w \W \s \S \b \B \<
 * and \> are.
 */
#ifndef BASE_ERE_H
#define BASE_ERE_H

#include "base/arena.h"
#include "base/err.h"

enum { ERE_OCTETS = 4096, ERE_PLACES = 2000, ERE_TEXT = 8 << 10 };

/* "^" and "$" also match at LF, which "." and "[^x]" then do not match */
enum { ERE_LINES = 1 };

struct ere;

/*
 * Compiles `source`, of at most ERE_OCTETS bytes, into the arena. Returns NULL and sets err
 * (ERR_USAGE) to a clause that says what is wrong.
 */
const struct ere *ere_new(struct span source, unsigned flags, struct arena *, struct err *);

/* Returns its size in places; each takes about 32 bytes of memory. */
unsigned ere_places(const struct ere *);

/*
 * Searches the first ERE_TEXT bytes of `text` for the leftmost, longest match. Sets *hit to its
 * first group, or to the whole match if the expression has no group or the group did not take part
 * in the match. Returns false when nothing matches.
 */
bool ere_search(const struct ere *, struct span text, struct span *hit);

#endif
