/*
 * Secrets, starred out wherever octets show them: whole or in part, in any case, as they are, in
 * base64 (also within a longer text, and in base64 once more), in hexadecimal, and as URLs,
 * quoted-printable, xtext, JSON and HTML escape them. Of a secret nothing is kept but a digest of
 * each eight octets of each form; a form of less than eight octets is kept itself, the newest
 * sixteen. It would star out half of what the peer says if it were sought everywhere: with less
 * than six octets only as a word; with less than four in this case only, and not where a line
 * begins, for there stands the code; a single octet only as a quoted word. Such a secret within a
 * longer text in base64 is found by decoding. {0} knows none.
 */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include <stdint.h>

#include "base/arena.h"
#include "base/secret.h"

enum { MASK_BRIEF = 16 };

struct mask {
	uint64_t *digest;		/* open addressing; 0 is a free place */
	size_t n, cap;
	/* MASK_BRIEF, of which the oldest goes; NULL: none came yet */
	struct secret *brief;
	unsigned nbrief;
};

void mask_add(struct mask *, struct span secret);
void mask_join(struct mask *, const struct mask *more);		/* what that has is starred too */
void mask_release(struct mask *);

/*
 * `octets` themselves when they show no secret; else a copy with stars, of the same length. Lives
 * in the arena.
 */
struct span mask_shown(const struct mask *, struct arena *, struct span octets);

#endif
