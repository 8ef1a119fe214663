/* tls - contexts, handshakes and octets through OpenSSL. */
#include "net/tls_ctx.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/addr.h"

#define SYSTEM_CERTS "/etc/ssl/certs"

bool
tls_err(struct err *err, const char *what)
{
	unsigned long code = ERR_peek_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;
	char number[32];

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

/* Records every problem and goes on: an untrusted chain is a finding, not an end. */
static int
on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);

	if (!ok && t->nproblems < TLS_PROBLEMS_MAX) {
		int code = X509_STORE_CTX_get_error(store), depth = X509_STORE_CTX_get_error_depth(store);
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
	return 1;
}

static bool
set_min_version(SSL_CTX *ssl, const char *text, struct err *err)
{
	static const struct { const char *name; int version; } versions[] = {
		{ "1.0", TLS1_VERSION }, { "1.1", TLS1_1_VERSION }, { "1.2", TLS1_2_VERSION }, { "1.3", TLS1_3_VERSION },
	};

	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
		if (strcmp(text, versions[i].name) == 0) {
			if (versions[i].version < TLS1_2_VERSION)
				SSL_CTX_set_cipher_list(ssl, "DEFAULT:@SECLEVEL=0");
			return SSL_CTX_set_min_proto_version(ssl, versions[i].version) == 1;
		}
	return err_set(err, ERR_USAGE, "--min-tls %s: want 1.0, 1.1, 1.2 or 1.3", text);
}

/* The hashed folder costs nothing until a certificate is looked for; the bundle costs 21 ms at once. */
static bool
trust(SSL_CTX *ssl, const struct tls_opts *o, struct err *err)
{
	struct stat st;
	const char *ca = o->ca ? o->ca : getenv("SSL_CERT_FILE");

	if (o->made && !o->server)
		return X509_STORE_add_cert(SSL_CTX_get_cert_store(ssl), o->made->ca) == 1;
	if (!ca) {
		const char *dir = getenv("SSL_CERT_DIR");
		if (dir || stat(SYSTEM_CERTS, &st) == 0)
			SSL_CTX_load_verify_dir(ssl, dir ? dir : SYSTEM_CERTS);
		else
			SSL_CTX_set_default_verify_paths(ssl);
		return true;
	}
	if (stat(ca, &st) != 0)
		return err_set(err, ERR_USAGE, "cannot read the certificates in %s: %s", ca, strerror(errno));
	if (S_ISDIR(st.st_mode) ? SSL_CTX_load_verify_dir(ssl, ca) : SSL_CTX_load_verify_file(ssl, ca))
		return true;
	ERR_clear_error();
	return err_set(err, ERR_USAGE, "%s holds no PEM certificate that can be read", ca);
}

static bool
identify(SSL_CTX *ssl, const struct tls_opts *o, struct err *err)
{
	if (o->made && o->server)
		return SSL_CTX_use_certificate(ssl, o->made->cert) == 1 && SSL_CTX_use_PrivateKey(ssl, o->made->key) == 1;
	if (!o->cert)
		return true;
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ssl, o->cert) != 1) {
		tls_err(err, o->cert);
		err->kind = ERR_USAGE;
		return false;
	}
	const char *key = o->key ? o->key : o->cert;
	if (SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ssl) != 1) {
		tls_err(err, key);
		err->kind = ERR_USAGE;
		return false;
	}
	return true;
}

struct tls_context *
tls_context_new(const struct tls_opts *o, struct err *err)
{
	struct tls_context *c = memory_zeroed(sizeof *c);

	c->uses = 1;
	c->server = o->server;
	c->keylog_fd = -1;
	OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);	/* tidying up at exit costs a fourth of a handshake */
	ERR_clear_error();
	c->ssl = SSL_CTX_new(o->server ? TLS_server_method() : TLS_client_method());
	if (!c->ssl) {
		free(c);
		tls_err(err, "no TLS context");
		return NULL;
	}
	SSL_CTX_set_app_data(c->ssl, c);
	SSL_CTX_set_mode(c->ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (!set_min_version(c->ssl, o->min_version ? o->min_version : "1.2", err) || !identify(c->ssl, o, err) ||
	    (!o->server && !trust(c->ssl, o, err))) {
		tls_context_free(c);
		return NULL;
	}
	if (!o->server)
		SSL_CTX_set_verify(c->ssl, SSL_VERIFY_PEER, on_verify);
	if (o->keylog) {
		c->keylog_fd = open(o->keylog, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
		SSL_CTX_set_keylog_callback(c->ssl, log_key);
	}
	return c;
}

void
tls_context_free(struct tls_context *c)
{
	if (!c || --c->uses > 0)
		return;
	SSL_CTX_free(c->ssl);
	if (c->keylog_fd >= 0)
		close(c->keylog_fd);
	free(c);
}

static bool
set_name(SSL *ssl, struct span name, struct span sni)
{
	char text[256];
	struct addr literal;
	struct span ask = sni.len ? sni : name;

	if (ask.len > 0 && ask.len < sizeof text && !addr_parse(&literal, ask, 0)) {
		snprintf(text, sizeof text, "%.*s", SPAN_ARG(ask));
		SSL_set_tlsext_host_name(ssl, text);
	}
	if (name.len == 0)
		return true;
	if (name.len >= sizeof text)
		return false;
	if (addr_parse(&literal, name, 0)) {
		char host[ADDR_TEXT];
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), addr_host(&literal, host)) == 1;
	}
	snprintf(text, sizeof text, "%.*s", SPAN_ARG(name));
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, text) == 1;
}

bool
tls_is_server(const struct tls_context *context)
{
	return context->server;
}

/* Called for every record's head, before it is judged. */
static void
on_record(int sent, int version, int type, const void *octets, size_t n, SSL *ssl, void *arg)
{
	struct tls *t = arg;

	(void)version, (void)ssl;
	if (sent || type != SSL3_RT_HEADER || t->has_first || n < sizeof t->first)
		return;
	memcpy(t->first, octets, sizeof t->first);
	t->has_first = true;
}

struct span
tls_no_record(const struct tls *t)
{
	if (!t->has_first || (t->first[0] >= SSL3_RT_CHANGE_CIPHER_SPEC && t->first[0] <= SSL3_RT_APPLICATION_DATA))
		return SPAN_NONE;
	return (struct span){ t->first, sizeof t->first };
}

struct tls *
tls_new(struct tls_context *context, int fd, struct span name, struct span sni, struct err *err)
{
	struct tls *t = memory_zeroed(sizeof *t);

	ERR_clear_error();
	t->ssl = SSL_new(context->ssl);
	if (!t->ssl || SSL_set_fd(t->ssl, fd) != 1 || (!context->server && !set_name(t->ssl, name, sni))) {
		tls_err(err, "TLS");
		SSL_free(t->ssl);
		free(t);
		return NULL;
	}
	t->context = context;
	context->uses++;
	if (!context->server && name.len > 0)
		snprintf(t->wanted, sizeof t->wanted, "%.*s", SPAN_ARG(name));
	SSL_set_app_data(t->ssl, t);
	SSL_set_msg_callback(t->ssl, on_record);
	SSL_set_msg_callback_arg(t->ssl, t);
	if (context->server)
		SSL_set_accept_state(t->ssl);
	else
		SSL_set_connect_state(t->ssl);
	return t;
}

void
tls_free(struct tls *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nproblems; i++)
		X509_free(t->problem[i].cert);
	SSL_free(t->ssl);
	tls_context_free(t->context);
	free(t);
}

/* What ended the handshake, in words that name who said it. */
static enum tls_status
shake_failed(struct tls *t, int why, struct err *err)
{
	unsigned long code = ERR_peek_error();
	int reason = ERR_GET_REASON(code);

	t->dead = true;
	if (why == SSL_ERROR_SYSCALL && code == 0)
		err_set(err, ERR_TLS, "the TLS handshake failed: %s", errno ? strerror(errno) : "the peer closed the connection");
	else if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		err_set(err, ERR_TLS, "the TLS handshake failed: the peer closed the connection");
	else if (reason == SSL_R_WRONG_VERSION_NUMBER)
		err_set(err, ERR_TLS, "the TLS handshake failed: the peer does not speak TLS here (it sent something else)");
	else if (reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256)
		err_set(err, ERR_TLS, "the TLS handshake failed: the peer sent alert %d, %s",
		    reason - SSL_AD_REASON_OFFSET, SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
	else
		tls_err(err, "the TLS handshake failed");
	ERR_clear_error();
	return TLS_FAILED;
}

enum tls_status
tls_shake(struct tls *t, struct err *err)
{
	ERR_clear_error();
	errno = 0;
	int r = SSL_do_handshake(t->ssl);
	if (r == 1)
		return TLS_DONE;

	int why = SSL_get_error(t->ssl, r);
	if (why == SSL_ERROR_WANT_READ)
		return TLS_WANT_READ;
	if (why == SSL_ERROR_WANT_WRITE)
		return TLS_WANT_WRITE;
	return shake_failed(t, why, err);
}

static enum tls_status
io_status(struct tls *t, int r, const char *what, struct err *err)
{
	switch (SSL_get_error(t->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_CLOSED;
	default:
		t->dead = true;
		if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
			ERR_clear_error();
			return TLS_TRUNCATED;
		}
		if (ERR_peek_error() == 0)
			err_set(err, ERR_PROTO, "%s under TLS: %s", what, errno ? strerror(errno) : "closed");
		else
			tls_err(err, what);
		return TLS_FAILED;
	}
}

enum tls_status
tls_read(struct tls *t, char *out, size_t size, size_t *got, struct err *err)
{
	ERR_clear_error();
	errno = 0;
	int r = SSL_read_ex(t->ssl, out, size, got);
	return r == 1 ? TLS_DONE : io_status(t, r, "reading", err);
}

enum tls_status
tls_write(struct tls *t, struct span s, size_t *wrote, struct err *err)
{
	ERR_clear_error();
	errno = 0;
	int r = SSL_write_ex(t->ssl, s.at, s.len, wrote);
	return r == 1 ? TLS_DONE : io_status(t, r, "writing", err);
}

void
tls_shut(struct tls *t)
{
	if (!t->dead)
		SSL_shutdown(t->ssl);
	ERR_clear_error();
}

const char *
tls_library_version(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}
