/* Base64 (RFC 4648 4), one line without line ends. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/arena.h"
#include "base/buf.h"

struct span base64_encode(struct arena *, struct span octets);
/*
 * Decodes into the arena. False when `text` is not base64: wrong octets, wrong length, or octets
 * after the padding.
 */
bool base64_decode(struct arena *, struct span text, struct span *octets);
/*
 * The same for base64 as people type it: with white space, in the URL alphabet (RFC 4648 5), with
 * missing or excess padding. False for other octets, and for an empty text.
 */
bool base64_decode_loosely(struct arena *, struct span text, struct span *octets);
bool base64_is(struct span text);		/* whether base64_decode would accept it */

/* Appends the octets as PEM does (RFC 7468), between lines that name `what`: "CERTIFICATE". */
void base64_pem(struct buf *, const char *what, struct span octets);

#endif
