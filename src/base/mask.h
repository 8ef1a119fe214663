/*
 * Replaces secrets by stars wherever octets show them: in whole or in part, in any case, as they
 * are, in base64 (also within a longer text, and base64 of base64), in hexadecimal, and as URLs,
 * quoted-printable, xtext, JSON and HTML escape them. Of a secret only a digest of each eight
 * octets of each form is kept; a form shorter than eight octets is kept itself, the newest
 * sixteen. Looked for everywhere, such a short form would star out half of what the peer sends:
 * with fewer than six octets it counts only as a word; with fewer than four only in the same case
 * and not at the start of a line, where the reply code is; a single octet only as a quoted word.
 * A short secret within a longer base64 text is found by decoding. {0} knows no secret.
 */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include <stdint.h>

#include "base/arena.h"
#include "base/secret.h"

enum { MASK_BRIEF = 16 };

struct mask {
	uint64_t *digest;		/* open addressing; 0 is a free slot */
	size_t n, cap;
	/* MASK_BRIEF of them, the oldest replaced first; NULL: none came yet */
	struct secret *brief;
	unsigned nbrief;
};

void mask_add(struct mask *, struct span secret);
void mask_join(struct mask *, const struct mask *more);		/* adds the secrets of `more` */
void mask_release(struct mask *);

/*
 * Returns `octets` itself when it shows no secret; else a copy of the same length with stars, in
 * the arena.
 */
struct span mask_shown(const struct mask *, struct arena *, struct span octets);

#endif
