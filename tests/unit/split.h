/*
 * For tables of {name, input, want}: a parser sees its input whole, in all two-part splits, and
 * octet by octet.
 */
#ifndef TESTS_UNIT_SPLIT_H
#define TESTS_UNIT_SPLIT_H

#include <stdlib.h>

#include "base/span.h"

/*
 * A copy in a heap block of exactly its size, so that the address sanitizer sees one octet too
 * many.
 */
static inline char *
exact_copy(struct span s)
{
	char *mem = malloc(s.len ? s.len : 1);

	if (s.len > 0)
		memcpy(mem, s.at, s.len);
	return mem;
}

typedef void feed_fn(void *ctx, struct span piece);

/* Calls begin, feed for each piece, end, once for every way to cut `in`. */
static inline void
for_all_splits(struct span in, void (*begin)(void *), feed_fn *feed, void (*end)(void *), void *ctx)
{
	for (size_t cut = 0; cut <= in.len + 1; cut++) {
		size_t at = 0;
		begin(ctx);
		while (at < in.len) {
			size_t n = cut > in.len ? 1 : at < cut ? cut - at : in.len - at;
			char *piece = exact_copy((struct span){ in.at + at, n });
			feed(ctx, (struct span){ piece, n });
			free(piece);
			at += n;
		}
		end(ctx);
	}
}

#endif
