/* tls_make - creates a CA and a server certificate in memory, for our own server. */
#include "net/tls_ctx.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "net/addr.h"

#define VALID_SECONDS ((90L * 24 + 1) * 3600)	/* 90 days, and an hour until it is first checked */

static bool
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	bool ok = extension && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

static X509 *
blank_cert(EVP_PKEY *key, const char *common_name)
{
	X509 *cert = X509_new();
	unsigned char serial[8];

	if (!cert || RAND_bytes(serial, sizeof serial) != 1)
		return cert;
	uint64_t number = 0;
	for (size_t i = 0; i < sizeof serial; i++)
		number = number << 8 | serial[i];
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), number >> 1);
	X509_set_version(cert, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), VALID_SECONDS);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
	    (const unsigned char *)common_name, -1, -1, 0);
	return cert;
}

static bool
make_ca(struct tls_made *m)
{
	m->ca_key = EVP_EC_gen("P-256");
	m->ca = m->ca_key ? blank_cert(m->ca_key, "smtpsh's own CA") : NULL;
	return m->ca && X509_set_issuer_name(m->ca, X509_get_subject_name(m->ca)) == 1 &&
	    add_extension(m->ca, m->ca, NID_basic_constraints, "critical,CA:TRUE") &&
	    add_extension(m->ca, m->ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    add_extension(m->ca, m->ca, NID_subject_key_identifier, "hash") &&
	    X509_sign(m->ca, m->ca_key, EVP_sha256()) > 0;
}

static bool
make_server(struct tls_made *m, const char *const names[], size_t n)
{
	struct buf sans = { .max = 4096 };
	struct addr literal;

	for (size_t i = 0; i < n; i++)
		buf_printf(&sans, "%s%s:%s", i ? "," : "",
		    addr_parse(&literal, span_of(names[i]), 0) ? "IP" : "DNS", names[i]);
	buf_append(&sans, (struct span){ "", 1 });
	m->key = EVP_EC_gen("P-256");
	m->cert = m->key ? blank_cert(m->key, n ? names[0] : "localhost") : NULL;
	bool ok = m->cert && X509_set_issuer_name(m->cert, X509_get_subject_name(m->ca)) == 1 &&
	    add_extension(m->cert, m->ca, NID_basic_constraints, "CA:FALSE") &&
	    add_extension(m->cert, m->ca, NID_ext_key_usage, "serverAuth") &&
	    add_extension(m->cert, m->ca, NID_authority_key_identifier, "keyid") &&
	    add_extension(m->cert, m->ca, NID_subject_alt_name, buf_span(&sans).at) &&
	    X509_sign(m->cert, m->ca_key, EVP_sha256()) > 0;
	buf_release(&sans);
	return ok;
}

struct tls_made *
openssl_make(const char *const names[], size_t n, struct err *err)
{
	struct tls_made *m = memory_zeroed(sizeof *m);
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem;

	if (!make_ca(m) || !make_server(m, names, n) || !bio ||
	    PEM_write_bio_X509(bio, m->ca) != 1) {
		tls_err(err, "cannot make a certificate");
		BIO_free(bio);
		openssl_made_free(m);
		return NULL;
	}
	long len = BIO_get_mem_data(bio, &pem);
	m->ca_pem_len = (size_t)len;
	m->ca_pem = memcpy(memory_get(m->ca_pem_len), pem, m->ca_pem_len);
	BIO_free(bio);
	return m;
}

void
openssl_made_free(struct tls_made *m)
{
	if (!m)
		return;
	EVP_PKEY_free(m->ca_key);
	EVP_PKEY_free(m->key);
	X509_free(m->ca);
	X509_free(m->cert);
	free(m->ca_pem);
	free(m);
}

struct span
openssl_made_ca_pem(const struct tls_made *m)
{
	return (struct span){ m->ca_pem, m->ca_pem_len };
}
