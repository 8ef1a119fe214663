/*
 * The word of a list that was probably meant: the nearest by edit distance in any case, if it is
 * near at all.
 */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include "base/span.h"

struct suggestion {
	struct span wanted;
	const char *best; /* NULL while nothing near was tried */
	unsigned distance;
};

struct suggestion suggest_begin(struct span wanted); /* borrowed, as the candidates are */
void suggest_try(
    struct suggestion *, const char *candidate); /* of equals the first stays the best */

#endif
