/* Base64 (RFC 4648 4), one line without line ends. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/arena.h"

struct span base64_encode(struct arena *, struct span octets);
/* False when `text` is no base64: wrong octets, wrong length, octets behind the padding. */
bool base64_decode(struct arena *, struct span text, struct span *octets);
/*
 * The same, however it was typed: with blanks and line ends in it, in the alphabet of URLs (RFC
 * 4648 5), its padding forgotten or too much. False for other octets, and for an empty text.
 */
bool base64_decode_loosely(struct arena *, struct span text, struct span *octets);
bool base64_is(struct span text);		/* could be decoded */

#endif
