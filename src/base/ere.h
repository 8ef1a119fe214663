/*
 * POSIX extended regular expressions (IEEE 1003.1 9.4) over octets, bounded whatever they say and
 * whatever they are held against: an expression may expand to ERE_PLACES places, counted before any
 * is made, and matching takes as many steps as places times octets and keeps nothing. (The C
 * library's takes minutes for ".*a.{64}q" and a line of 1 KiB, and gigabytes for "[a-z]{0,32767}".)
 * No back-references. Of GNU's, \w \W \s \S \b \B \< \> are understood.
 */
#ifndef BASE_ERE_H
#define BASE_ERE_H

#include "base/arena.h"
#include "base/err.h"

enum { ERE_OCTETS = 4096, ERE_PLACES = 2000, ERE_TEXT = 8 << 10 };

/* "^" and "$" also hold at line ends, which "." and "[^x]" then do not take */
enum { ERE_LINES = 1 };

struct ere;

/*
 * In the arena, and const from then on. NULL with err (ERR_USAGE), a clause that says what is wrong
 * with it.
 */
const struct ere *ere_new(struct span source, unsigned flags, struct arena *, struct err *);

unsigned ere_places(const struct ere *);	/* its size, of about 32 octets each */

/*
 * Does it match somewhere? The match is the leftmost and of those the longest; *hit is its first
 * group, or all of it where it has none or the group took no part. Of a text only the first
 * ERE_TEXT octets are looked at.
 */
bool ere_search(const struct ere *, struct span text, struct span *hit);

#endif
