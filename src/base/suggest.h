/*
 * Finds the word of a list that was probably meant: the nearest one by edit distance, ignoring
 * case, if it is near enough.
 */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include "base/span.h"

struct suggestion {
	struct span wanted;
	const char *best; /* NULL: none was near enough so far */
	unsigned distance;
};

struct suggestion suggest_begin(struct span wanted); /* borrowed, like the candidates */
void suggest_try(
    struct suggestion *, const char *candidate); /* of equally near ones the first is kept */

/*
 * Arguments for "%s%s%s", which print " (did you mean --helo?)": `before` and `after` are literals
 * around the best candidate, which may be NULL: nothing is printed.
 */
#define SUGGESTION_ARG(best, before, after)						\
	(best) ? " (did you mean " before : "", (best) ? (best) : "", (best) ? after "?)" : ""

#endif
