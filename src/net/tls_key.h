/* What a public key is, told from its octets alone: nothing is connected to for it. */
#ifndef NET_TLS_KEY_H
#define NET_TLS_KEY_H

#include "base/span.h"

/*
 * The bits of an RSA key as SubjectPublicKeyInfo (RFC 5280 4.1.2.7) or as the bare RSAPublicKey
 * that RFC 6376 3.6.1 names (RFC 8017 A.1.1). 0: it is none.
 */
unsigned tls_key_rsa_bits(struct span der);

#endif
