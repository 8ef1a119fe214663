/* Reads public keys from their DER encoding. */
#ifndef NET_TLS_KEY_H
#define NET_TLS_KEY_H

#include "base/err.h"

/*
 * Returns the size in bits of an RSA key, given as SubjectPublicKeyInfo (RFC 5280 4.1.2.7) or as
 * the bare RSAPublicKey of RFC 6376 3.6.1 (RFC 8017 A.1.1). Returns 0 when it is neither, or,
 * with err set, when OpenSSL cannot be loaded.
 */
unsigned tls_key_rsa_bits(struct span der, struct err *);

#endif
