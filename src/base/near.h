/*
 * The word of a list that was probably meant: the nearest by edit distance in any case, if it is
 * near at all.
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include "base/span.h"

struct near {
	struct span wanted;
	const char *best;	/* NULL while nothing near was tried */
	unsigned distance;
};

struct near near_begin(struct span wanted);		/* borrowed, as the candidates are */
void near_try(struct near *, const char *candidate);	/* of equals the first stays the best */

#endif
