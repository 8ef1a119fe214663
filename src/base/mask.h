/*
 * Replaces secrets by stars wherever they occur in text, in whole or in part, in any case: as they
 * are, in base64 (also within a longer text, and base64 of base64), in hexadecimal, and escaped as
 * in URLs, quoted-printable, xtext, JSON and HTML. Of each form only digests of its runs of eight
 * bytes are kept. A form shorter than eight bytes is kept itself; the newest sixteen are known.
 * Replaced everywhere, short forms would hide half of what the peer sends. Therefore one of fewer
 * than six bytes is found only as a whole word; one of fewer than four only in the same case and
 * not at the beginning of a line, where the reply code is; a single byte only as a quoted word. A
 * short secret in a longer base64 text is found by decoding. {0} has no secrets.
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
	/* the last MASK_BRIEF short forms, as a ring; NULL: none so far */
	struct secret *brief;
	unsigned nbrief;
};

void mask_add(struct mask *, struct span secret);
void mask_join(struct mask *, const struct mask *more);		/* adds the secrets of `more` */
void mask_release(struct mask *);

/*
 * Returns `octets` itself when it contains no secret, else a copy of the same length with stars, in
 * the arena.
 */
struct span mask_shown(const struct mask *, struct arena *, struct span octets);

#endif
