/* Base64 (RFC 4648 4), without line breaks. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/arena.h"
#include "base/buf.h"

struct span base64_encode(struct arena *, struct span octets);
/*
 * Decodes into the arena. Returns false when `text` is not base64: it has invalid characters, an
 * invalid length, or characters after the padding.
 */
bool base64_decode(struct arena *, struct span text, struct span *octets);
/*
 * The same, but also accepts white space, the URL alphabet (RFC 4648 5), and missing or excess
 * padding. Returns false for an empty text.
 */
bool base64_decode_loosely(struct arena *, struct span text, struct span *octets);
bool base64_is(struct span text);		/* whether base64_decode would accept it */

/* Appends the bytes in PEM format (RFC 7468); `what` is its label, such as "CERTIFICATE". */
void base64_pem(struct buf *, const char *what, struct span octets);

#endif
