/* tls_info - describes the result of a handshake and the peer's certificates as plain data. */
#include "net/tls_ctx.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

#include "base/base64.h"
#include "base/text.h"
#include "base/utc.h"
#include "net/addr.h"
#include "net/tls_words.h"

static struct span
from_bio(struct arena *arena, BIO *bio)
{
	char *mem;
	long n = BIO_get_mem_data(bio, &mem);
	struct span s = arena_copy(arena, (struct span){ mem, n > 0 ? (size_t)n : 0 });

	BIO_free(bio);
	return s;
}

static struct span
name_text(struct arena *arena, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());

	X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
	return from_bio(arena, bio);
}

static struct span
hex(struct arena *arena, const unsigned char *octets, size_t n)
{
	struct span all = { (const char *)octets, n };

	return (struct span){ text_hex(arena_get(arena, 2 * n + 1), all), 2 * n };
}

/* Also works beyond 2038 where time_t has 32 bits. TLS_NO_DATE: not a valid time. */
static int64_t
tls_seconds(const ASN1_TIME *at)
{
	struct tm tm = { 0 };

	return at && ASN1_TIME_to_tm(at, &tm) == 1 ? utc_seconds(&tm) : TLS_NO_DATE;
}

/* Returns NIST's name of a curve, which is better known than that of SEC 2. */
static const char *
curve_name(const char *group)
{
	static const char *const names[][2] = {
		{ "prime256v1", "P-256" },
		{ "secp384r1", "P-384" },
		{ "secp521r1", "P-521" },
		{ "secp224r1", "P-224" },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(group, names[i][0]) == 0)
			return names[i][1];
	return group;
}

static struct span
key_text(struct arena *arena, X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	char group[64];
	size_t n;

	if (!key)
		return SPAN("unreadable");
	if (EVP_PKEY_get_group_name(key, group, sizeof group, &n) == 1)
		return arena_printf(arena, "EC %s", curve_name(group));
	const char *type = EVP_PKEY_get0_type_name(key);
	if (type && strncmp(type, "ED", 2) == 0)
		return arena_copy(arena, span_of(type));
	return arena_printf(arena, "%s %d bits", type ? type : "?", EVP_PKEY_get_bits(key));
}

/*
 * Names are made safe here and not by OpenSSL, which shows a NUL within a name as a dot: it must be
 * visible, and must not end the name.
 */
static struct span
san_text(struct arena *arena, const GENERAL_NAME *name)
{
	static const char *const kinds[] = {
		[GEN_DNS] = "DNS:", [GEN_EMAIL] = "email:", [GEN_URI] = "URI:"
	};

	if ((size_t)name->type < sizeof kinds / sizeof *kinds && kinds[name->type]) {
		const ASN1_IA5STRING *text = name->d.ia5;
		struct span octets = { (const char *)ASN1_STRING_get0_data(text),
			(size_t)ASN1_STRING_length(text) };
		return arena_printf(
		    arena, "%s%.*s", kinds[name->type], SPAN_ARG(text_safe(arena, octets)));
	}
	if (name->type == GEN_IPADD) {
		int family = name->d.iPAddress->length == 16 ? AF_INET6 : AF_INET;
		char text[INET6_ADDRSTRLEN];
		if ((name->d.iPAddress->length == 4 || family == AF_INET6) &&
		    inet_ntop(family, name->d.iPAddress->data, text, sizeof text))
			return arena_printf(arena, "IP:%s", text);
	}

	BIO *bio = BIO_new(BIO_s_mem());
	GENERAL_NAME_print(bio, (GENERAL_NAME *)(uintptr_t)name);
	return from_bio(arena, bio);
}

static void
read_sans(struct arena *arena, X509 *cert, struct tls_cert *out)
{
	int found;
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, &found, NULL);
	int n = names ? sk_GENERAL_NAME_num(names) : 0;

	/* -1: none; -2: several, which is as bad as one that cannot be parsed */
	out->bad_san = !names && found != -1;
	out->san = ARENA_ARRAY(arena, struct span, (size_t)(n > 0 ? n : 0) + 1);
	for (int i = 0; i < n; i++)
		out->san[out->nsan++] = san_text(arena, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
}

static void
read_digests(struct arena *arena, X509 *cert, struct tls_cert *out)
{
	unsigned char md[EVP_MAX_MD_SIZE], *der = NULL;
	unsigned n = 0;

	if (X509_digest(cert, EVP_sha256(), md, &n) == 1)
		out->sha256 = hex(arena, md, n);
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
	if (len > 0 && EVP_Digest(der, (size_t)len, md, &n, EVP_sha256(), NULL) == 1)
		out->spki_sha256 = hex(arena, md, n);
	OPENSSL_free(der);
}

static void
read_cert(struct arena *arena, X509 *cert, struct tls_cert *out)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
	int signature = X509_get_signature_nid(cert);

	out->subject = name_text(arena, X509_get_subject_name(cert));
	out->issuer = name_text(arena, X509_get_issuer_name(cert));
	out->not_before = tls_seconds(X509_get0_notBefore(cert));
	out->not_after = tls_seconds(X509_get0_notAfter(cert));
	out->key = key_text(arena, cert);
	out->signature = arena_copy(arena, span_of(OBJ_nid2ln(signature)));
	out->serial = hex(arena, ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
	out->self_signed = X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) ==
	    0;
	read_sans(arena, cert, out);
	read_digests(arena, cert, out);
}

static void
read_problems(struct arena *arena, const struct tls *t, struct tls_info *info)
{
	info->problem = ARENA_ARRAY(arena, struct tls_problem, t->nproblems + 1);
	info->nproblems = t->nproblems;
	for (size_t i = 0; i < t->nproblems; i++)
		info->problem[i] = (struct tls_problem){
			.depth = t->problem[i].depth,
			.code = t->problem[i].code,
			.text = arena_copy(
			    arena, span_of(X509_verify_cert_error_string(t->problem[i].code))),
			.name = verify_info(t->problem[i].code) ?
			    verify_info(t->problem[i].code)->name :
			    "X509_V_ERR",
			.subject = t->problem[i].cert ?
			    name_text(arena, X509_get_subject_name(t->problem[i].cert)) :
			    SPAN_NONE,
		};
}

void
tls_read_chain(STACK_OF(X509) *chain, struct tls_info *info, struct arena *arena)
{
	int n = chain ? sk_X509_num(chain) : 0;

	unsigned char *der = NULL;
	int len = n > 0 ? i2d_X509(sk_X509_value(chain, 0), &der) : 0;

	info->cert = ARENA_ARRAY(arena, struct tls_cert, (size_t)n + 1);
	for (int i = 0; i < n; i++)
		read_cert(arena, sk_X509_value(chain, i), &info->cert[info->ncerts++]);
	if (len > 0)
		info->der = arena_copy(arena, (struct span){ (const char *)der, (size_t)len });
	OPENSSL_free(der);
}

struct tls_chain
tls_chain_of(STACK_OF(X509) *certs, struct arena *arena)
{
	struct tls_chain chain = {
		.n = certs && sk_X509_num(certs) > 0 ? (size_t)sk_X509_num(certs) : 0,
		.not_after = TLS_NO_DATE
	};

	for (int i = 0; i < (int)chain.n; i++) {
		int64_t ends = tls_seconds(X509_get0_notAfter(sk_X509_value(certs, i)));
		if (ends == TLS_NO_DATE ||
		    (chain.not_after != TLS_NO_DATE && ends >= chain.not_after))
			continue;
		chain.not_after = ends;
		chain.depth = i;
	}
	if (chain.n > 0)
		chain.subject = name_text(
		    arena, X509_get_subject_name(sk_X509_value(certs, chain.depth)));
	return chain;
}

/* Whether "*" would have to match several labels: "*.example.org" and "a.b.example.org". */
static bool
is_deeper(struct span pattern, struct span name)
{
	struct span rest = span_skip(pattern, 1);

	return span_starts(pattern, SPAN("*.")) && span_ends_case(name, rest) &&
	    name.len > rest.len;
}

/* Returns why none of the certificate's names matches. */
static enum tls_name
why_other(const struct tls_cert *c, struct span wanted)
{
	struct addr literal;
	struct span kind = addr_parse(&literal, wanted, 0) ? SPAN("IP:") : SPAN("DNS:");
	enum tls_name why = TLS_NAME_NO_ID;

	if (c->nsan == 0)
		return c->bad_san ? TLS_NAME_BAD_SAN : TLS_NAME_NO_SAN;
	for (size_t i = 0; i < c->nsan; i++) {
		struct span name = span_skip(c->san[i], kind.len);
		if (!span_starts(c->san[i], kind))
			continue;
		if (is_deeper(name, wanted))
			return TLS_NAME_LABELS;
		if (span_has(name, '*') && !span_starts(name, SPAN("*.")) && why != TLS_NAME_OTHER)
			why = TLS_NAME_PARTIAL;
		else
			why = TLS_NAME_OTHER;
	}
	return why;
}

void
tls_read_name(struct tls_info *info)
{
	struct addr literal;
	bool address = addr_parse(&literal, info->wanted, 0), bad = false;

	for (size_t i = 0; i < info->nproblems; i++)
		bad |= tls_problem_is_name(&info->problem[i]);
	if (info->wanted.len == 0 || info->ncerts == 0)
		return;
	if (bad)
		info->name = why_other(&info->cert[0], info->wanted);
	else if (address)
		info->name = TLS_NAME_IP_ID;
	else
		info->name = span_has(info->peer_name, '*') ? TLS_NAME_WILDCARD : TLS_NAME_DNS_ID;
	if (address && !bad)
		info->peer_name = info->wanted;		/* OpenSSL sets it for names only */
}

/* ---- the stapled OCSP response (RFC 6066 8) */

/* Returns the status of the server's certificate; the response's signature is not checked here. */
static enum tls_ocsp
ocsp_status_of(OCSP_BASICRESP *basic, STACK_OF(X509) * chain, int64_t *until)
{
	static const enum tls_ocsp known[] = {
		[V_OCSP_CERTSTATUS_GOOD] = TLS_OCSP_GOOD,
		[V_OCSP_CERTSTATUS_REVOKED] = TLS_OCSP_REVOKED,
		[V_OCSP_CERTSTATUS_UNKNOWN] = TLS_OCSP_UNKNOWN,
	};
	X509 *own = sk_X509_value(chain, 0),
	     *issuer = sk_X509_num(chain) > 1 ? sk_X509_value(chain, 1) : NULL;
	ASN1_GENERALIZEDTIME *next = NULL;
	int status = -1;

	/* Without the issuer's certificate, compare the serial number alone. */
	for (int i = 0; own && status < 0 && i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *one = OCSP_resp_get0(basic, i);
		OCSP_CERTID *id = issuer ? OCSP_cert_to_id(NULL, own, issuer) : NULL;
		ASN1_INTEGER *serial = NULL;
		OCSP_id_get0_info(NULL, NULL, NULL, &serial,
		    (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(one));
		if (id ? OCSP_id_cmp(id, OCSP_SINGLERESP_get0_id(one)) == 0 :
			 ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(own)) == 0)
			status = OCSP_single_get0_status(one, NULL, NULL, NULL, &next);
		OCSP_CERTID_free(id);
	}
	*until = tls_seconds(next);
	return status >= 0 && status <= V_OCSP_CERTSTATUS_UNKNOWN ? known[status] :
								    TLS_OCSP_OF_ANOTHER;
}

void
tls_read_staple(
    struct span answer, STACK_OF(X509) * chain, X509_STORE *trusted, struct tls_info *info)
{
	const unsigned char *octets = (const unsigned char *)answer.at;
	OCSP_RESPONSE *response = answer.len > 0 ?
	    d2i_OCSP_RESPONSE(NULL, &octets, (long)answer.len) :
	    NULL;
	OCSP_BASICRESP *basic = response ? OCSP_response_get1_basic(response) : NULL;

	info->ocsp = answer.len > 0 ? TLS_OCSP_MALFORMED : TLS_OCSP_NONE;
	info->ocsp_until = TLS_NO_DATE;
	if (response && OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		/* an error response, without the status of any certificate (RFC 6960 4.2.1) */
		info->ocsp = TLS_OCSP_REFUSED;
	else if (basic && chain) {
		info->ocsp = ocsp_status_of(basic, chain, &info->ocsp_until);
		if (OCSP_basic_verify(basic, chain, trusted, 0) != 1)
			info->ocsp = TLS_OCSP_UNTRUSTED, info->ocsp_until = TLS_NO_DATE;
		else if (info->ocsp_until != TLS_NO_DATE && info->ocsp_until < info->at)
			info->ocsp = TLS_OCSP_OUT_OF_DATE;
	}
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
}

/* ---- the session */

static struct span
group_text(struct arena *arena, SSL *ssl)
{
	int nid = (int)SSL_get_negotiated_group(ssl);
	const char *name = nid > 0 ? SSL_group_to_name(ssl, nid) : NULL;

	return arena_copy(arena, span_of(name ? name : nid > 0 ? OBJ_nid2sn(nid) : NULL));
}

static struct span
staple_of(SSL *ssl)
{
	const unsigned char *octets = NULL;
	long n = SSL_get_tlsext_status_ocsp_resp(ssl, &octets);

	return octets && n > 0 ? (struct span){ (const char *)octets, (size_t)n } : SPAN_NONE;
}

static struct span
client_of(SSL *ssl, struct arena *arena)
{
	X509 *own = SSL_get0_peer_certificate(ssl);
	struct tls_cert cert = { 0 };

	if (!own)
		return SPAN_NONE;
	read_cert(arena, own, &cert);
	for (size_t i = 0; i < cert.nsan; i++)
		if (span_starts_case(cert.san[i], SPAN("email:")))
			return span_skip(cert.san[i], 6);
	return cert.subject.len ? cert.subject : SPAN("a certificate without a name");
}

const struct tls_info *
openssl_describe(struct tls *t, struct arena *arena)
{
	struct tls_info *info = ARENA_NEW(arena, struct tls_info);
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(t->ssl);
	const unsigned char *alpn;
	unsigned alpn_len;

	info->version = arena_copy(arena, span_of(SSL_get_version(t->ssl)));
	info->cipher = arena_copy(arena, span_of(SSL_get_cipher_name(t->ssl)));
	info->bits = (unsigned)SSL_get_cipher_bits(t->ssl, NULL);
	info->group = group_text(arena, t->ssl);
	info->sni = arena_copy(
	    arena, span_of(SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name)));
	info->peer_name = arena_copy(arena, span_of(SSL_get0_peername(t->ssl)));
	info->wanted = arena_copy(arena, span_of(t->wanted));
	info->name_from_file = t->name_from_file;
	info->at = (int64_t)time(NULL);
	info->resumed = SSL_session_reused(t->ssl);
	info->verified = t->nproblems == 0 && SSL_get_verify_result(t->ssl) == X509_V_OK &&
	    SSL_get0_peer_certificate(t->ssl) != NULL;
	SSL_get0_alpn_selected(t->ssl, &alpn, &alpn_len);
	info->alpn = arena_copy(arena, (struct span){ (const char *)alpn, alpn_len });
	read_problems(arena, t, info);
	if (t->context->server) {
		info->verified = false;
		info->client = client_of(t->ssl, arena);
		return info;
	}
	tls_read_chain(sent, info, arena);
	tls_read_name(info);
	tls_read_staple(staple_of(t->ssl), sent, SSL_CTX_get_cert_store(t->context->ssl), info);
	bool chain = true, unknown = false;
	for (size_t i = 0; i < info->nproblems; i++) {
		chain &= tls_problem_is_name(&info->problem[i]);
		unknown |= tls_problem_is_issuer(&info->problem[i]);
	}
	struct span where;
	if (unknown && tls_trusts_nobody(t->context, arena, &where))
		info->no_trust = where, info->ca_given = t->context->trust.nbundles == 0;
	if (chain)
		info->chain = tls_chain_of(SSL_get0_verified_chain(t->ssl), arena);
	return info;
}

void
openssl_write_pem(const struct tls *t, struct buf *out)
{
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(t->ssl);

	for (int i = 0; sent && i < sk_X509_num(sent); i++) {
		unsigned char *der = NULL;
		int len = i2d_X509(sk_X509_value(sent, i), &der);
		if (len > 0)
			base64_pem(out, "CERTIFICATE",
			    (struct span){ (const char *)der, (size_t)len });
		OPENSSL_free(der);
	}
}
