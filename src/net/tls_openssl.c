/* tls_openssl - handshakes, reading and writing with OpenSSL, and the module's table. */
#include "net/tls_ctx.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/addr.h"
#include "net/tls_words.h"

enum {
	READS_AT_ONCE = 256,		/* a record takes two reads */
	SHAKE_MAX = 512 << 10,		/* OpenSSL accepts 100 KiB of certificates */
};

static bool
set_name(SSL *ssl, struct span name)
{
	char text[256];
	struct addr literal;

	if (name.len == 0)
		return true;
	if (name.len >= sizeof text)
		return false;
	if (addr_parse(&literal, name, 0)) {
		char host[ADDR_TEXT];
		return X509_VERIFY_PARAM_set1_ip_asc(
			   SSL_get0_param(ssl), addr_host(&literal, host)) == 1;
	}
	snprintf(text, sizeof text, "%.*s", SPAN_ARG(name));
	SSL_set_tlsext_host_name(ssl, text);
	/* RFC 9525 6.3 */
	SSL_set_hostflags(
	    ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	return SSL_set1_host(ssl, text) == 1;
}

/* Is called for every record header and handshake message, before OpenSSL checks it. */
static void
on_record(int sent, int version, int type, const void *octets, size_t n, SSL *ssl, void *arg)
{
	struct tls *t = arg;
	const unsigned char *message = octets;

	(void)version, (void)ssl;
	if (!sent && type == SSL3_RT_HANDSHAKE && n > 5 && message[0] == SSL3_MT_SERVER_HELLO)
		t->chosen = message[4] << 8 | message[5];
	if (sent || type != SSL3_RT_HEADER || t->has_first || n < sizeof t->first)
		return;
	memcpy(t->first, octets, sizeof t->first);
	t->has_first = true;
}

struct span
openssl_no_record(const struct tls *t)
{
	if (!t->has_first ||
	    (t->first[0] >= SSL3_RT_CHANGE_CIPHER_SPEC && t->first[0] <= SSL3_RT_APPLICATION_DATA))
		return SPAN_NONE;
	return (struct span){ t->first, sizeof t->first };
}

/*
 * Limits the reads within one call of OpenSSL. OpenSSL does not return while messages come that
 * yield no data (HelloRequest, KeyUpdate, tickets), so a peer that sends a flood of them would
 * block the event loop and its timeouts.
 */
static long
on_octets(BIO *bio, int what, const char *at, size_t n, int argi, long argl, int ret, size_t *done)
{
	struct tls *t = (struct tls *)(void *)BIO_get_callback_arg(bio);

	(void)at, (void)n, (void)argi, (void)argl, (void)done;
	if (what != BIO_CB_READ || t->reads++ < READS_AT_ONCE)
		return ret;
	BIO_clear_retry_flags(bio);
	BIO_set_retry_read(bio);
	return -1;
}

struct tls *
openssl_new(struct tls_context *context, int fd, const struct tls_ask *ask, struct err *err)
{
	struct tls *t = memory_zeroed(sizeof *t);
	char sni[256];

	ERR_clear_error();
	t->ssl = SSL_new(context->ssl);
	bool known = !t->ssl || !ask->sigalgs ||
	    SSL_set1_sigalgs_list(t->ssl, (char *)(uintptr_t)ask->sigalgs) == 1;
	if (!known)
		err_set(err, ERR_USAGE, "OpenSSL does not know the signature algorithms \"%.100s\"",
		    ask->sigalgs);
	if (!known || !t->ssl || SSL_set_fd(t->ssl, fd) != 1 ||
	    (!context->server && !set_name(t->ssl, ask->name))) {
		if (known)
			tls_err(err, "TLS");
		SSL_free(t->ssl);
		free(t);
		return NULL;
	}
	if (!context->server && ask->anonymous)
		SSL_certs_clear(t->ssl);
	if (!context->server && ask->sni.len > 0 && ask->sni.len < sizeof sni) {
		snprintf(sni, sizeof sni, "%.*s", SPAN_ARG(ask->sni));
		SSL_set_tlsext_host_name(t->ssl, sni);
	}
	t->context = context;
	context->uses++;
	if (!context->server && ask->name.len > 0)
		snprintf(t->wanted, sizeof t->wanted, "%.*s", SPAN_ARG(ask->name));
	t->name_from_file = ask->name_from_file;
	SSL_set_app_data(t->ssl, t);
	BIO_set_callback_ex(SSL_get_rbio(t->ssl), on_octets);
	BIO_set_callback_arg(SSL_get_rbio(t->ssl), (char *)t);
	SSL_set_msg_callback(t->ssl, on_record);
	SSL_set_msg_callback_arg(t->ssl, t);
	if (context->server)
		SSL_set_accept_state(t->ssl);
	else {
		SSL_set_tlsext_status_type(t->ssl, TLSEXT_STATUSTYPE_ocsp);
		SSL_set_connect_state(t->ssl);
	}
	return t;
}

void
openssl_free(struct tls *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nproblems; i++)
		X509_free(t->problem[i].cert);
	SSL_free(t->ssl);
	openssl_context_free(t->context);
	free(t);
}

/* Errors that OpenSSL reports for what it rejected on this side, and our text for each. */
static const struct {
	int reason;
	enum err_cause cause;
	const char *text;
} refusals[] = {
	{ SSL_R_UNEXPECTED_EOF_WHILE_READING, CAUSE_SHAKE_CLOSED,
	    "the connection was closed by the peer" },
	{ SSL_R_WRONG_VERSION_NUMBER, CAUSE_SHAKE_CLEARTEXT,
	    "the peer does not use TLS here (it sent something else)" },
	{ SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED, CAUSE_SHAKE_RENEGOTIATION,
	    "the server does not support secure renegotiation (RFC 5746)" },
	{ SSL_R_DH_KEY_TOO_SMALL, CAUSE_SHAKE_WEAK,
	    "the server's Diffie-Hellman key is too small" },
	{ SSL_R_WRONG_SIGNATURE_TYPE, CAUSE_SHAKE_WEAK,
	    "the server signs with an insecure algorithm (MD5 or SHA-1)" },
	{ SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, CAUSE_SHAKE_NOTHING_SHARED,
	    "the server requires a signature algorithm that our certificate does not support" },
};

static const char *
refusal_text(int reason)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (refusals[i].reason == reason)
			return refusals[i].text;
	return NULL;
}

static enum err_cause
refusal_cause(int reason)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (refusals[i].reason == reason)
			return refusals[i].cause;
	return CAUSE_UNSET;
}

/* Sets err for an alert from the peer; protocol_version is explained by the versions offered. */
static bool
set_alert(const struct tls *t, int number, const char *what, struct err *err)
{
	const struct alert_info *info = alert_info((unsigned)number);
	char name[40];
	const char *least = tls_version_name((int)SSL_get_min_proto_version(t->ssl));

	snprintf(name, sizeof name, "%s", info ? info->name : "not registered");
	for (char *c = name; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	const char *most = tls_version_name((int)SSL_get_max_proto_version(t->ssl));
	bool one = least && strcmp(least, most ? most : "1.3") == 0;
	if (number == SSL_AD_PROTOCOL_VERSION && !t->context->server && least &&
	    (most || strcmp(least, "1.0") != 0))
		err_set(err, ERR_TLS,
		    "%s: the peer sent alert %d, %s: it does not support TLS %s%s%s", what, number,
		    name, least,
		    one	     ? "" :
			most ? " to " :
			       " or newer",
		    one || !most ? "" : most);
	else
		err_set(err, ERR_TLS, "%s: the peer sent alert %d, %s", what, number, name);
	if (err) {
		err->cause = CAUSE_SHAKE_ALERT;
		err->alert = (unsigned)number;
	}
	return false;
}

static bool
is_alert(int reason)
{
	return reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256;
}

/* Sets err for a failed handshake, to a text that says which side rejected it. */
static enum tls_status
shake_failed(struct tls *t, int why, struct err *err)
{
	const char what[] = "the TLS handshake failed", *chosen = tls_version_name(t->chosen);
	unsigned long code = ERR_peek_error();
	int reason = ERR_GET_REASON(code);

	t->dead = true;
	enum err_cause cause = why == SSL_ERROR_SYSCALL && code == 0 ? CAUSE_SHAKE_CLOSED :
	    is_alert(reason)					      ? CAUSE_SHAKE_ALERT :
	    reason == SSL_R_UNSUPPORTED_PROTOCOL		      ? CAUSE_SHAKE_OLD_VERSION :
	    reason == SSL_R_NO_SHARED_CIPHER			      ? CAUSE_SHAKE_NOTHING_SHARED :
									refusal_cause(reason);
	if (why == SSL_ERROR_SYSCALL && code == 0)
		err_set(err, ERR_TLS, "%s: %s", what,
		    errno ? strerror(errno) : "the connection was closed by the peer");
	else if (is_alert(reason))
		set_alert(t, reason - SSL_AD_REASON_OFFSET, what, err);
	else if (reason == SSL_R_UNSUPPORTED_PROTOCOL && t->chosen == SSL3_VERSION)
		err_set(err, ERR_TLS,
		    "%s: the server chose SSL 3.0, which is insecure and not supported (RFC 7568)",
		    what);
	else if (reason == SSL_R_UNSUPPORTED_PROTOCOL && chosen)
		err_set(err, ERR_TLS,
		    "%s: the server chose TLS %s, which is older than allowed here", what, chosen);
	else if (refusal_text(reason))
		err_set(err, ERR_TLS, "%s: %s", what, refusal_text(reason));
	else
		tls_err(err, what);
	err->cause = cause;
	ERR_clear_error();
	return TLS_FAILED;
}

enum tls_status
openssl_shake(struct tls *t, struct err *err)
{
	ERR_clear_error();
	errno = 0;
	t->reads = 0;
	int r = SSL_do_handshake(t->ssl);
	if (r == 1)
		return TLS_DONE;

	int why = SSL_get_error(t->ssl, r);
	if (why == SSL_ERROR_WANT_READ && BIO_number_read(SSL_get_rbio(t->ssl)) > SHAKE_MAX) {
		t->dead = true;
		err_set(err, ERR_TLS, "the TLS handshake failed: no end after %d KiB",
		    SHAKE_MAX / 1024);
		return TLS_FAILED;
	}
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
		if (is_alert(ERR_GET_REASON(ERR_peek_error())))
			set_alert(
			    t, ERR_GET_REASON(ERR_peek_error()) - SSL_AD_REASON_OFFSET, what, err);
		else if (ERR_peek_error() == 0)
			err_set(err, ERR_PROTO, "%s under TLS: %s", what,
			    errno ? strerror(errno) : "closed");
		else if (!tls_err(err, what))
			err->kind = ERR_PROTO;		/* ERR_TLS is for handshakes */
		return TLS_FAILED;
	}
}

enum tls_status
openssl_read(struct tls *t, char *out, size_t size, size_t *got, struct err *err)
{
	ERR_clear_error();
	errno = 0;
	t->reads = 0;
	int r = SSL_read_ex(t->ssl, out, size, got);
	return r == 1 ? TLS_DONE : io_status(t, r, "reading", err);
}

enum tls_status
openssl_write(struct tls *t, struct span s, size_t *wrote, struct err *err)
{
	ERR_clear_error();
	errno = 0;
	int r = SSL_write_ex(t->ssl, s.at, s.len, wrote);
	return r == 1 ? TLS_DONE : io_status(t, r, "writing", err);
}

void
openssl_shut(struct tls *t)
{
	if (!t->dead)
		SSL_shutdown(t->ssl);
	ERR_clear_error();
}

/* ---- channel bindings */

/*
 * tls-exporter (RFC 9266). Before TLS 1.3 it is secure only with the extended master secret (RFC
 * 7627; RFC 9266 4.2).
 */
static size_t
binding_exporter(SSL *ssl, char out[TLS_BINDING_MAX])
{
	static const char label[] = "EXPORTER-Channel-Binding";

	if (SSL_version(ssl) < TLS1_3_VERSION && SSL_get_extms_support(ssl) != 1)
		return 0;
	return SSL_export_keying_material(
		   ssl, (unsigned char *)out, 32, label, sizeof label - 1, NULL, 0, 0) == 1 ?
	    32 :
	    0;
}

/*
 * tls-unique (RFC 5929 3.1): the first Finished message, which is the client's unless the session
 * was resumed. It is not defined for TLS 1.3 (RFC 8446 C.5).
 */
static size_t
binding_unique(SSL *ssl, char out[TLS_BINDING_MAX])
{
	if (SSL_version(ssl) >= TLS1_3_VERSION)
		return 0;
	return SSL_session_reused(ssl) ? SSL_get_peer_finished(ssl, out, TLS_BINDING_MAX) :
					 SSL_get_finished(ssl, out, TLS_BINDING_MAX);
}

size_t
openssl_binding(struct tls *t, enum tls_binding which, char out[TLS_BINDING_MAX])
{
	size_t n = which == TLS_EXPORTER ? binding_exporter(t->ssl, out) :
					   binding_unique(t->ssl, out);

	return n <= TLS_BINDING_MAX ? n : 0;
}

const char *
openssl_verify_text(int code)
{
	const char *text = X509_verify_cert_error_string(code),
		   *unknown = X509_verify_cert_error_string(TLS_VERIFY_CODES);

	return code <= X509_V_OK || strcmp(text, unknown) == 0 ? NULL : text;
}

const struct tls_openssl module_tls_openssl = {
#define X(name) .name = openssl_##name,
	TLS_FUNCTIONS(X)
#undef X
};
