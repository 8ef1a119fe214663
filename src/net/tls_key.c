/* tls_key - reads public keys. */
#include "net/tls_openssl.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/* Decodes a key that takes up all of `der`; NULL: it does not. */
static EVP_PKEY *
decode_whole(struct span der, EVP_PKEY *(*decode)(const unsigned char **at, long len))
{
	const unsigned char *at = (const unsigned char *)der.at;
	EVP_PKEY *key = decode(&at, (long)der.len);

	if (key && at == (const unsigned char *)der.at + der.len)
		/* cppcheck-suppress returnDanglingLifetime ; the key does not point to it */
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

static EVP_PKEY *
decode_info(const unsigned char **at, long len)
{
	return d2i_PUBKEY(NULL, at, len);
}

static EVP_PKEY *
decode_bare(const unsigned char **at, long len)
{
	return d2i_PublicKey(EVP_PKEY_RSA, NULL, at, len);
}

unsigned
openssl_key_rsa_bits(struct span der, struct err *err)
{
	EVP_PKEY *key = der.len == 0 ? NULL : decode_whole(der, decode_info);
	unsigned bits = 0;

	(void)err;
	if (!key && der.len > 0)
		key = decode_whole(der, decode_bare);
	if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		bits = (unsigned)EVP_PKEY_get_bits(key);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return bits;
}
