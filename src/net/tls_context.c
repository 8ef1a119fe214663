/* tls_context - the keys, certificates and settings shared by handshakes. */
#define OPENSSL_API_COMPAT 10100	/* for ERR_load_SSL_strings() and the like */
#include "net/tls_ctx.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/proverr.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#if defined OPENSSL_NO_DEPRECATED_3_0
enum { LATE_TEXTS = 0 };
#else
enum { LATE_TEXTS = OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS };
#endif

/*
 * Loading the names of all ciphers and the texts of all errors takes a sixth of the time of a
 * process that makes one handshake. So the ciphers are added only before a key is read, which may
 * be encrypted, and the texts are loaded when one is needed. Cleaning up at exit is a waste of time
 * too.
 */
static void
openssl_begin(void)
{
	OPENSSL_init_crypto(
	    OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_ADD_ALL_CIPHERS | LATE_TEXTS, NULL);
}

static void
know_ciphers(void)
{
	EVP_add_cipher(EVP_des_cbc());
	EVP_add_cipher(EVP_des_ede3_cbc());
	EVP_add_cipher(EVP_aes_128_cbc());
	EVP_add_cipher(EVP_aes_192_cbc());
	EVP_add_cipher(EVP_aes_256_cbc());
#ifndef OPENSSL_NO_CAMELLIA
	EVP_add_cipher(EVP_camellia_128_cbc());
	EVP_add_cipher(EVP_camellia_192_cbc());
	EVP_add_cipher(EVP_camellia_256_cbc());
#endif
}

void
tls_load_texts(void)
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
#define P(reason, text) { ERR_PACK(ERR_LIB_PROV, 0, PROV_R_##reason), text }
	/* errors from reading our key: OpenSSL has no public function that loads the providers' */
	static const ERR_STRING_DATA of_providers[] = {
		P(BAD_DECRYPT, "bad decrypt"),
		P(FAILED_TO_GENERATE_KEY, "failed to generate key"),
		P(INVALID_DIGEST, "invalid digest"),
		P(INVALID_KEY, "invalid key"),
		P(INVALID_KEY_LENGTH, "invalid key length"),
		P(KEY_SIZE_TOO_SMALL, "key size too small"),
		P(UNABLE_TO_GET_PASSPHRASE, "unable to get passphrase"),
		P(WRONG_FINAL_BLOCK_LENGTH, "wrong final block length"),
		{ 0, NULL },
	};
#undef P
	ERR_load_strings_const(of_providers);
	ERR_load_ERR_strings();
	ERR_load_SSL_strings();
	ERR_load_ASN1_strings();
	ERR_load_BIO_strings();
	ERR_load_BN_strings();
	ERR_load_CONF_strings();
	ERR_load_CRYPTO_strings();
	ERR_load_DH_strings();
	ERR_load_DSA_strings();
	ERR_load_EC_strings();
	ERR_load_EVP_strings();
	ERR_load_OCSP_strings();
	ERR_load_PEM_strings();
	ERR_load_RAND_strings();
	ERR_load_RSA_strings();
	ERR_load_X509_strings();
	ERR_load_X509V3_strings();
#endif
}

bool
tls_err(struct err *err, const char *what)
{
	unsigned long code = ERR_peek_error();
	const char *reason = !code ? NULL :
	    ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code)) :
				     ERR_reason_error_string(code);
	char number[32];

	if (code && !reason) {
		tls_load_texts();
		reason = ERR_reason_error_string(code);
	}
	if (!reason) {
		snprintf(number, sizeof number, "error %lu", code);
		reason = number;
	}
	ERR_clear_error();
	return err_set(err, ERR_TLS, "%s: %s", what, reason);
}

static void
log_key(const SSL *ssl, const char *line)
{
	struct tls_context *context = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	char text[512];
	int n = snprintf(text, sizeof text, "%s\n", line);

	if (context->keylog_fd >= 0 && n > 0 && (size_t)n < sizeof text) {
		ssize_t wrote = write(context->keylog_fd, text, (size_t)n);
		(void)wrote;
	}
}

static void __attribute__((format(printf, 2, 3)))
add_note(struct tls_context *c, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(c->note[c->nnotes++], sizeof c->note[0], format, ap);
	va_end(ap);
}

static void
log_keys(struct tls_context *c, const char *file)
{
	struct err err;

	c->keylog_fd = file_append(file, &err);
	if (c->keylog_fd >= 0)
		add_note(c,
		    "SSLKEYLOGFILE: the keys of this handshake are written to %s; anyone who has "
		    "them can decrypt the connection",
		    file);
	else
		add_note(c, "SSLKEYLOGFILE: %s", err.text);
	SSL_CTX_set_keylog_callback(c->ssl, log_key);
}

/* Records a problem and lets verification go on: it must not end the handshake. */
static int
on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);

	if (!ok && t->nproblems < TLS_PROBLEMS_MAX) {
		int code = X509_STORE_CTX_get_error(store),
		    depth = X509_STORE_CTX_get_error_depth(store);
		for (size_t i = 0; i < t->nproblems; i++)
			if (t->problem[i].code == code && t->problem[i].depth == depth)
				return 1;
		X509 *cert = X509_STORE_CTX_get_current_cert(store);
		if (cert)
			X509_up_ref(cert);
		t->problem[t->nproblems].depth = depth;
		t->problem[t->nproblems].code = code;
		t->problem[t->nproblems++].cert = cert;
	}
	/* clear the error, which would hide later ones */
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

static int
verify(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);

	(void)arg;
	X509_verify_cert(store);
	if (t->nproblems > 0)
		/* becomes the session's verify result */
		X509_STORE_CTX_set_error(store, t->problem[0].code);
	return 1;
}

/* Our server requests a client certificate and accepts any: AUTH EXTERNAL uses its name. */
static int
take_client(X509_STORE_CTX *store, void *arg)
{
	(void)arg;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

static bool
set_versions(struct tls_context *c, const struct tls_opts *o, struct err *err)
{
	int most = o->max_version ? tls_version_number(span_of(o->max_version)) : TLS1_3_VERSION,
	    least = o->min_version ? tls_version_number(span_of(o->min_version)) :
	    most < TLS1_2_VERSION  ? most :
				     TLS1_2_VERSION;

	if (least == 0 || most == 0)
		return tls_version_ok(span_of(least == 0 ? o->min_version : o->max_version), err);
	if (least > most)
		return err_set(err, ERR_USAGE, "--max-tls %s is below --min-tls %s",
		    tls_version_name(most), tls_version_name(least));
	if (least < TLS1_2_VERSION) {
		SSL_CTX_set_cipher_list(c->ssl, "DEFAULT:@SECLEVEL=0");
		add_note(c,
		    "TLS %s is allowed: OpenSSL's security level is lowered to 0, so weak "
		    "keys, signatures and ciphers are accepted too",
		    tls_version_name(least));
	}
	return SSL_CTX_set_min_proto_version(c->ssl, least) == 1 &&
	    (!o->max_version || SSL_CTX_set_max_proto_version(c->ssl, most) == 1);
}

/* Splits the list for OpenSSL, which has a separate one for TLS 1.3. */
static bool
set_ciphers(struct tls_context *c, const char *list, struct err *err)
{
	struct buf old = { .max = 4096 }, new = { .max = 4096 };
	bool ok = true;

	for (struct span rest = span_of(list); rest.len > 0;) {
		struct span one = span_until(&rest, ':');
		struct buf *to = span_starts(one, SPAN("TLS_")) ? &new : &old;
		buf_printf(to, "%s%.*s", buf_span(to).len ? ":" : "", SPAN_ARG(one));
	}
	ERR_clear_error();
	if (buf_span(&old).len > 0) {
		buf_append(&old, (struct span){ "", 1 });
		ok = SSL_CTX_set_cipher_list(c->ssl, buf_span(&old).at) == 1;
	}
	if (ok && buf_span(&new).len > 0) {
		buf_append(&new, (struct span){ "", 1 });
		ok = SSL_CTX_set_ciphersuites(c->ssl, buf_span(&new).at) == 1;
	}
	buf_release(&old);
	buf_release(&new);
	ERR_clear_error();
	return ok ||
	    err_set(
		err, ERR_USAGE, "--ciphers %.60s: expected OpenSSL names separated by \":\"", list);
}

static bool
set_groups(struct tls_context *c, const char *list, struct err *err)
{
	char names[1000];	/* not const: OpenSSL 3.0's macro casts it to char * */
	bool ok = (size_t)snprintf(names, sizeof names, "%s", list) < sizeof names &&
	    SSL_CTX_set1_groups_list(c->ssl, names) == 1;

	ERR_clear_error();
	return ok ||
	    err_set(
		err, ERR_USAGE, "--curves %.60s: expected group names, as in X25519:P-256", list);
}

static bool
bad_file(const char *what, const char *file, struct err *err)
{
	char text[300];

	snprintf(text, sizeof text, "the %s in %s cannot be used", what, file);
	tls_err(err, text);
	err->kind = ERR_USAGE;
	return false;
}

static bool
identify(SSL_CTX *ssl, const struct tls_opts *o, struct err *err)
{
	if (o->made && o->server)
		return SSL_CTX_use_certificate(ssl, o->made->cert) == 1 &&
		    SSL_CTX_use_PrivateKey(ssl, o->made->key) == 1;
	if (!o->cert)
		return true;
	know_ciphers();
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ssl, o->cert) != 1)
		return bad_file("certificate", o->cert, err);
	const char *key = o->key ? o->key : o->cert;
	if (SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ssl) != 1)
		return bad_file("key", key, err);
	return true;
}

struct tls_context *
openssl_context_new(const struct tls_opts *o, struct err *err)
{
	struct tls_context *c = memory_zeroed(sizeof *c);

	c->uses = 1;
	c->server = o->server;
	c->keylog_fd = -1;
	openssl_begin();
	ERR_clear_error();
	c->ssl = SSL_CTX_new(o->server ? TLS_server_method() : TLS_client_method());
	if (!c->ssl) {
		free(c);
		tls_err(err, "cannot create a TLS context");
		return NULL;
	}
	SSL_CTX_set_app_data(c->ssl, c);
	/* the certificates that were verified must not change later (RFC 9325 3.5) */
	SSL_CTX_set_options(c->ssl, SSL_OP_NO_RENEGOTIATION);
	if (o->legacy_renegotiation)
		SSL_CTX_set_options(c->ssl, SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_mode(c->ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (!set_versions(c, o, err) || (o->ciphers && !set_ciphers(c, o->ciphers, err)) ||
	    (o->groups && !set_groups(c, o->groups, err)) || !identify(c->ssl, o, err) ||
	    (!o->server && !tls_trust_load(c, o, err))) {
		openssl_context_free(c);
		return NULL;
	}
	SSL_CTX_set_cert_verify_callback(c->ssl, o->server ? take_client : verify, NULL);
	SSL_CTX_set_verify(c->ssl, SSL_VERIFY_PEER, o->server ? NULL : on_verify);
	if (o->server)
		SSL_CTX_set_session_id_context(c->ssl, (const unsigned char *)"smtpsh", 6);
	if (o->keylog && o->keylog[0])
		log_keys(c, o->keylog);
	return c;
}

void
openssl_context_free(struct tls_context *c)
{
	if (!c || --c->uses > 0)
		return;
	SSL_CTX_free(c->ssl);
	if (c->keylog_fd >= 0)
		close(c->keylog_fd);
	free(c);
}

const char *
openssl_context_note(const struct tls_context *c, size_t i)
{
	return i < c->nnotes ? c->note[i] : NULL;
}

bool
openssl_is_server(const struct tls_context *context)
{
	return context->server;
}
