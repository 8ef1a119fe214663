/* near - the word that was probably meant. */
#include "base/near.h"

enum { NEAR_MAX = 32 };

struct near
near_begin(struct span wanted)
{
	return (struct near){ .wanted = wanted, .distance = 1 + (unsigned)wanted.len / 3 };
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;
	return ab < c ? ab : c;
}

/* Levenshtein's, one row at a time. */
static unsigned
distance(struct span a, struct span b)
{
	unsigned row[NEAR_MAX + 1];

	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned diagonal = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned above = row[j];
			row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a.at[i - 1] != b.at[j - 1]));
			diagonal = above;
		}
	}
	return row[b.len];
}

void
near_try(struct near *n, const char *candidate)
{
	struct span c = span_of(candidate);

	if (c.len > NEAR_MAX || n->wanted.len > NEAR_MAX || c.len == 0)
		return;
	unsigned d = n->wanted.len >= 2 && span_starts(c, n->wanted) ? 1 : distance(n->wanted, c);
	if (d <= n->distance && (!n->best || d < n->distance)) {
		n->distance = d;
		n->best = candidate;
	}
}
