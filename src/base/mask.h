/*
 * Secrets, starred out wherever octets show them: whole or in part, in any case, as they are, in base64 (also within a
 * longer text, and in base64 once more), in hexadecimal and as a URL has them. Of a secret nothing is kept but a digest of
 * each eight octets of each form; one of less than eight octets is kept itself, and one of less than four is not looked for,
 * nor one of less than six within a word: it would star out half of what the peer says. {0} knows none.
 */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include <stdint.h>

#include "base/arena.h"
#include "base/secret.h"

enum { MASK_BRIEF = 4 };

struct mask {
	uint64_t *digest;		/* open addressing; 0 is a free place */
	size_t n, cap;
	struct secret brief[MASK_BRIEF];	/* the oldest goes */
	unsigned nbrief;
};

void mask_add(struct mask *, struct span secret);
void mask_release(struct mask *);

/* `octets` themselves when they show no secret; else a copy with stars, of the same length. Lives in the arena. */
struct span mask_shown(const struct mask *, struct arena *, struct span octets);

#endif
