/* suggest - the word that was probably meant. */
#include "base/suggest.h"

enum { WORD_MAX = 32 };

struct suggestion
suggest_begin(struct span wanted)
{
	return (struct suggestion){ .wanted = wanted, .distance = ((unsigned)wanted.len + 2) / 3 };
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;
	return ab < c ? ab : c;
}

static bool
same(char a, char b)
{
	return span_eq_case((struct span){ &a, 1 }, (struct span){ &b, 1 });
}

/*
 * Edit distance ignoring case, in which swapping two adjacent letters counts as one edit. Only
 * three rows of the matrix are kept.
 */
static unsigned
distance(struct span a, struct span b)
{
	unsigned rows[3][WORD_MAX + 1] = { { 0 } };

	for (unsigned j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3],
			 *before = rows[(i + 1) % 3];
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1,
			    above[j - 1] + !same(a.at[i - 1], b.at[j - 1]));
			bool swapped = i > 1 && j > 1 && same(a.at[i - 1], b.at[j - 2]) &&
			    same(a.at[i - 2], b.at[j - 1]);
			if (swapped && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return rows[a.len % 3][b.len];
}

void
suggest_try(struct suggestion *n, const char *candidate)
{
	struct span c = span_of(candidate);

	if (c.len > WORD_MAX || n->wanted.len > WORD_MAX || c.len == 0)
		return;
	unsigned d = n->wanted.len >= 2 && span_starts_case(c, n->wanted) ? 1 :
									    distance(n->wanted, c);
	if (d <= n->distance && (!n->best || d < n->distance)) {
		n->distance = d;
		n->best = candidate;
	}
}
