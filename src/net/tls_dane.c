/*
 * tls_dane - compares TLSA records with the certificates of a handshake. OpenSSL verifies the chain
 * once for each record, so that the result of each is known.
 */
#include "net/tls_ctx.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "net/tls_words.h"

static struct span
why_differs(const struct tlsa *r, int code)
{
	const struct verify_info *known = verify_info(code);

	switch (code) {
	case X509_V_ERR_DANE_NO_MATCH:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		if (r->usage == 3)
			return SPAN("the server's certificate or key is a different one");
		return SPAN("no CA certificate that the server sent matches: it has to send the "
			    "record's CA too (RFC 7672 3.1.2)");
	default:
		return known ? span_of(known->means) : span_of(X509_verify_cert_error_string(code));
	}
}

/*
 * Sets the name that matched, and how. With DANE-TA(2) the name is checked, against the subject's
 * common name if the subjectAltName has no DNS names (RFC 7672 3.2.3).
 */
static void
read_name(X509 *leaf, struct span name, struct tlsa_result *out)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	bool dns = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		dns |= sk_GENERAL_NAME_value(names, i)->type == GEN_DNS;
	GENERAL_NAMES_free(names);
	out->peer_name = name;
	out->name = !dns	? TLS_NAME_COMMON_NAME :
	    span_has(name, '*') ? TLS_NAME_WILDCARD :
				  TLS_NAME_DNS_ID;
}

/*
 * Verifies the chain as the handshake does, but by this record alone. Returns the depth of the
 * certificate that matched; below 0: none, and *code is the error.
 */
static int
verify_by(const struct tls *t, SSL *dane, struct tlsa_result *out, int *code, struct arena *arena)
{
	X509_STORE_CTX *store = X509_STORE_CTX_new();
	X509 *leaf = SSL_get0_peer_certificate(t->ssl);
	int depth = -1;

	*code = X509_V_ERR_UNSPECIFIED;
	if (store && leaf &&
	    X509_STORE_CTX_init(store, SSL_CTX_get_cert_store(t->context->ssl), leaf,
		SSL_get_peer_cert_chain(t->ssl)) == 1 &&
	    X509_STORE_CTX_set_default(store, "ssl_server") == 1) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(store);
		X509_STORE_CTX_set0_dane(store, SSL_get0_dane(dane));
		X509_VERIFY_PARAM_set_auth_level(param, SSL_get_security_level(t->ssl));
		X509_VERIFY_PARAM_set1(param, SSL_get0_param(dane));
		bool ok = X509_verify_cert(store) == 1;
		*code = X509_STORE_CTX_get_error(store);
		if (ok && *code == X509_V_OK) {
			SSL_set_verify_result(dane, X509_V_OK);
			depth = SSL_get0_dane_authority(dane, NULL, NULL);
			out->chain = tls_chain_of(X509_STORE_CTX_get0_chain(store), arena);
			if (out->record.usage == 2)
				read_name(leaf,
				    arena_copy(
					arena, span_of(X509_VERIFY_PARAM_get0_peername(param))),
				    out);
		}
	}
	X509_STORE_CTX_free(store);
	ERR_clear_error();
	return depth;
}

static void
judge_record(
    const struct tls *t, const struct tls_dane *d, struct tlsa_result *result, struct arena *arena)
{
	const struct tlsa *r = &result->record;
	const char *wrong = tlsa_unusable(r);
	const char *base = d->base.len > 0 ? arena_string(arena, d->base) : t->wanted;
	int code;

	result->verdict = TLSA_UNUSABLE;
	result->why = span_of(wrong);
	if (wrong)
		return;
	SSL *dane = SSL_new(t->context->ssl);
	if (dane && SSL_dane_enable(dane, base) == 1 &&
	    SSL_dane_tlsa_add(dane, (uint8_t)r->usage, (uint8_t)r->selector, (uint8_t)r->matching,
		(const unsigned char *)r->data.at, r->data.len) == 1) {
		SSL_dane_set_flags(dane, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
		SSL_set_hostflags(dane, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		for (size_t i = 0; i < d->nreferences; i++)
			SSL_add1_host(dane, arena_string(arena, d->reference[i]));
		result->depth = verify_by(t, dane, result, &code, arena);
		result->verdict = result->depth >= 0 ? TLSA_MATCHES : TLSA_DIFFERS;
		result->why = result->depth >= 0 ? SPAN_NONE :
						   arena_copy(arena, why_differs(r, code));
	} else {
		result->why = SPAN("its data does not fit its usage, selector and matching type");
	}
	SSL_free(dane);
	ERR_clear_error();
}

void
openssl_dane(const struct tls *t, struct tls_dane *d, struct arena *arena)
{
	bool usable = false;

	ERR_clear_error();
	SSL_CTX_dane_enable(t->context->ssl);
	for (size_t i = 0; i < d->n; i++) {
		judge_record(t, d, &d->result[i], arena);
		usable |= d->result[i].verdict != TLSA_UNUSABLE;
		if (d->result[i].verdict == TLSA_MATCHES && !d->match)
			d->match = &d->result[i];
	}
	if (d->state == DANE_USABLE || d->state == DANE_UNUSABLE)
		d->state = d->match ? DANE_MATCHED : usable ? DANE_MISMATCHED : DANE_UNUSABLE;
}
