/* tls_words - explains TLS alerts, verification errors, TLSA numbers and versions. */
#include "net/tls_words.h"

#include <openssl/prov_ssl.h>
#include <openssl/x509_vfy.h>

#include "base/ascii.h"
#include "net/tls.h"

static const struct alert_info alerts[] = {
	{ 0, "close_notify", "The peer closed TLS properly", "RFC 8446 6.1" },
	{ 10, "unexpected_message", "The peer received an unexpected handshake message",
	    "RFC 8446 6.2" },
	{ 20, "bad_record_mac",
	    "A record was altered on the path, or a TLS implementation is broken", "RFC 8446 6.2" },
	{ 21, "decryption_failed", "A record could not be decrypted; not used since TLS 1.1",
	    "RFC 5246 7.2.2" },
	{ 22, "record_overflow", "A record was longer than allowed", "RFC 8446 6.2" },
	{ 30, "decompression_failure",
	    "Compressed data could not be decompressed; not used in TLS 1.3", "RFC 5246 7.2.2" },
	{ 40, "handshake_failure",
	    "No cipher, group or signature algorithm in common, or a client certificate is "
	    "required",
	    "RFC 8446 6.2" },
	{ 41, "no_certificate", "No certificate; SSL 3 only", "RFC 6101" },
	{ 42, "bad_certificate",
	    "The certificate presented is corrupt, or its signature does not verify",
	    "RFC 8446 6.2" },
	{ 43, "unsupported_certificate", "Certificates of this type are not supported",
	    "RFC 8446 6.2" },
	{ 44, "certificate_revoked", "The certificate has been revoked", "RFC 8446 6.2" },
	{ 45, "certificate_expired", "The certificate has expired or is not yet valid",
	    "RFC 8446 6.2" },
	{ 46, "certificate_unknown", "The certificate was not accepted, for an unspecified reason",
	    "RFC 8446 6.2" },
	{ 47, "illegal_parameter", "A handshake field has an illegal value", "RFC 8446 6.2" },
	{ 48, "unknown_ca", "The peer does not know the CA of the certificate presented",
	    "RFC 8446 6.2" },
	{ 49, "access_denied", "The certificate is valid, but access was denied", "RFC 8446 6.2" },
	{ 50, "decode_error", "A handshake message could not be decoded", "RFC 8446 6.2" },
	{ 51, "decrypt_error", "A signature or a cryptographic check of the handshake failed",
	    "RFC 8446 6.2" },
	{ 60, "export_restriction", "Export cipher rejected; not used any more", "RFC 2246" },
	{ 70, "protocol_version", "The peer does not support any TLS version that was offered",
	    "RFC 8446 6.2" },
	{ 71, "insufficient_security", "The peer requires stronger ciphers than were offered",
	    "RFC 8446 6.2" },
	{ 80, "internal_error", "The peer failed because of an internal error", "RFC 8446 6.2" },
	{ 86, "inappropriate_fallback", "A retry with an older version was inappropriate",
	    "RFC 7507" },
	{ 90, "user_canceled", "The handshake was cancelled by the user or program",
	    "RFC 8446 6.1" },
	{ 100, "no_renegotiation", "Renegotiation was refused", "RFC 5246 7.2.2" },
	{ 109, "missing_extension", "A required TLS extension is missing", "RFC 8446 6.2" },
	{ 110, "unsupported_extension", "A TLS extension was received that was not offered",
	    "RFC 8446 6.2" },
	{ 111, "certificate_unobtainable", "A certificate could not be fetched from its URL",
	    "RFC 6066 9" },
	{ 112, "unrecognized_name", "The server has no certificate for the requested name",
	    "RFC 6066 9" },
	{ 113, "bad_certificate_status_response", "The stapled OCSP response is invalid",
	    "RFC 6066 9" },
	{ 114, "bad_certificate_hash_value", "A fetched certificate does not match its hash",
	    "RFC 6066 9" },
	{ 115, "unknown_psk_identity", "The pre-shared key is unknown", "RFC 4279 2" },
	{ 116, "certificate_required",
	    "The server requires a client certificate, and none was presented", "RFC 8446 6.2" },
	{ 120, "no_application_protocol",
	    "The server supports none of the protocols offered with ALPN", "RFC 7301 3.2" },
	{ 121, "ech_required", "The server requires an encrypted client hello",
	    "draft-ietf-tls-esni" },
};

#define V(x) X509_V_ERR_##x, "X509_V_ERR_" #x
static const struct verify_info problems[] = {
	{ V(UNSPECIFIED), "Verification failed for an unspecified reason" },
	{ V(UNABLE_TO_GET_ISSUER_CERT), "The issuer's certificate could not be found" },
	{ V(UNABLE_TO_GET_CRL), "No certificate revocation list was found" },
	{ V(UNABLE_TO_DECRYPT_CERT_SIGNATURE),
	    "The signature of a certificate could not be decrypted" },
	{ V(UNABLE_TO_DECRYPT_CRL_SIGNATURE),
	    "The signature of a certificate revocation list could not be decrypted" },
	{ V(UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY), "The issuer's public key could not be decoded" },
	{ V(CERT_SIGNATURE_FAILURE), "The signature of a certificate does not verify" },
	{ V(CRL_SIGNATURE_FAILURE),
	    "The signature of a certificate revocation list does not verify" },
	{ V(CERT_NOT_YET_VALID), "The certificate is not yet valid" },
	{ V(CERT_HAS_EXPIRED), "The certificate has expired" },
	{ V(CRL_NOT_YET_VALID), "The certificate revocation list is not yet valid" },
	{ V(CRL_HAS_EXPIRED), "The certificate revocation list has expired" },
	{ V(ERROR_IN_CERT_NOT_BEFORE_FIELD), "The certificate's notBefore date is invalid" },
	{ V(ERROR_IN_CERT_NOT_AFTER_FIELD), "The certificate's notAfter date is invalid" },
	{ V(DEPTH_ZERO_SELF_SIGNED_CERT), "Self-signed certificate" },
	{ V(SELF_SIGNED_CERT_IN_CHAIN),
	    "The chain ends in a root certificate that is not trusted here" },
	{ V(UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
	    "The issuer of a certificate was not sent and is unknown here" },
	{ V(UNABLE_TO_VERIFY_LEAF_SIGNATURE),
	    "Only one certificate was sent, and its signature cannot be verified" },
	{ V(CERT_CHAIN_TOO_LONG), "The chain is longer than allowed" },
	{ V(CERT_REVOKED), "The certificate has been revoked" },
	{ V(INVALID_CA), "A certificate in the chain is not a CA certificate" },
	{ V(PATH_LENGTH_EXCEEDED), "A CA has more CAs below it than its path length allows" },
	{ V(INVALID_PURPOSE),
	    "The certificate is not valid for a mail server (unsuitable purpose)" },
	{ V(CERT_UNTRUSTED), "The root certificate is not trusted for this purpose" },
	{ V(CERT_REJECTED), "The root certificate is rejected for this purpose" },
	{ V(SUBJECT_ISSUER_MISMATCH), "Issuer and subject names do not match" },
	{ V(AKID_SKID_MISMATCH), "Authority and subject key identifiers do not match" },
	{ V(KEYUSAGE_NO_CERTSIGN), "A CA certificate does not allow certificate signing" },
	{ V(UNHANDLED_CRITICAL_EXTENSION), "The certificate has an unknown critical extension" },
	{ V(INVALID_EXTENSION), "A certificate extension is malformed" },
	{ V(NO_EXPLICIT_POLICY), "No certificate policy is valid for the chain" },
	{ V(HOSTNAME_MISMATCH), "Host name mismatch: the certificate is for other names" },
	{ V(EMAIL_MISMATCH), "Email address mismatch" },
	{ V(IP_ADDRESS_MISMATCH),
	    "IP address mismatch: the certificate does not cover the address connected to" },
	{ V(DANE_NO_MATCH), "No TLSA record matches the certificates that the server presented" },
	{ V(EE_KEY_TOO_SMALL), "The server's key is too small" },
	{ V(CA_KEY_TOO_SMALL), "A CA's key is too small" },
	{ V(CA_MD_TOO_WEAK), "A certificate is signed with an insecure digest (MD5 or SHA-1)" },
	{ V(INVALID_CALL), "Verification was requested incorrectly" },
	{ V(STORE_LOOKUP), "The trusted certificates could not be read" },
	{ V(OCSP_VERIFY_NEEDED), "An OCSP response is required" },
	{ V(OCSP_VERIFY_FAILED), "The OCSP response does not verify" },
	{ V(OCSP_CERT_UNKNOWN), "The OCSP responder does not know this certificate" },
	{ V(EMPTY_SUBJECT_ALT_NAME), "The certificate has an empty subjectAltName" },
	{ V(CA_BCONS_NOT_CRITICAL), "A CA's basic constraints are not marked critical" },
	{ V(UNSUPPORTED_SIGNATURE_ALGORITHM), "The signature algorithm is not supported" },
};
#undef V

#define COUNT(table) (sizeof (table) / sizeof *(table))

const struct alert_info *
alert_info(unsigned number)
{
	for (size_t i = 0; i < COUNT(alerts); i++)
		if (alerts[i].number == number)
			return &alerts[i];
	return NULL;
}

static char
plain(char c)
{
	return c == ' ' || c == '-' ? '_' : ascii_lower(c);
}

bool
tls_same_words(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (plain(a.at[i]) != plain(b.at[i]))
			return false;
	return true;
}

const struct alert_info *
alert_named(struct span name)
{
	for (size_t i = 0; i < COUNT(alerts); i++)
		if (tls_same_words(name, span_of(alerts[i].name)))
			return &alerts[i];
	return NULL;
}

const struct verify_info *
verify_info(int code)
{
	for (size_t i = 0; i < COUNT(problems); i++)
		if (problems[i].code == code)
			return &problems[i];
	return NULL;
}

const struct verify_info *
verify_named(struct span name)
{
	const size_t prefix = strlen("X509_V_ERR_");

	for (size_t i = 0; i < COUNT(problems); i++)
		if (tls_same_words(name, span_of(problems[i].name)) ||
		    tls_same_words(name, span_skip(span_of(problems[i].name), prefix)))
			return &problems[i];
	return NULL;
}

const char *
tlsa_usage_text(unsigned usage)
{
	static const char *const text[] = {
		"PKIX-TA: a CA that must be in the chain, in addition to the usual verification; "
		"not for SMTP (RFC 7672 3.1.3)",
		"PKIX-EE: the server's certificate, in addition to the usual verification; not for "
		"SMTP (RFC 7672 3.1.3)",
		"DANE-TA: a CA chosen by the domain, which the chain must lead to; the name is "
		"checked",
		"DANE-EE: the server's own certificate or key; name and dates are ignored (RFC "
		"7672 3.1.1)",
	};
	return usage < COUNT(text) ? text[usage] : usage == 255 ? "private use" : NULL;
}

const char *
tlsa_selector_text(unsigned selector)
{
	static const char *const text[] = { "Cert: the full certificate",
		"SPKI: only its public key, which survives renewal with the same key" };
	return selector < COUNT(text) ? text[selector] : selector == 255 ? "private use" : NULL;
}

const char *
tlsa_matching_text(unsigned matching)
{
	static const char *const text[] = { "Full: the data itself", "SHA2-256: its SHA-256 digest",
		"SHA2-512: its SHA-512 digest" };
	return matching < COUNT(text) ? text[matching] : matching == 255 ? "private use" : NULL;
}

static const struct {
	const char *name;
	int number;
} versions[] = {
	{ "1.0", TLS1_VERSION },
	{ "1.1", TLS1_1_VERSION },
	{ "1.2", TLS1_2_VERSION },
	{ "1.3", TLS1_3_VERSION },
};

const char *
tls_version_name(int number)
{
	for (size_t i = 0; i < COUNT(versions); i++)
		if (versions[i].number == number)
			return versions[i].name;
	return NULL;
}

int
tls_version_number(struct span text)
{
	if (span_starts_case(text, SPAN("TLS")))
		text = span_skip(text, 3);
	if (span_starts_case(text, SPAN("v")))
		text = span_skip(text, 1);
	for (size_t i = 0; i < COUNT(versions); i++)
		if (span_eq(text, span_of(versions[i].name)))
			return versions[i].number;
	return 0;
}

bool
tls_version_ok(struct span text, struct err *err)
{
	if (tls_version_number(text) != 0)
		return true;
	return err_set(err, ERR_USAGE,
	    "\"%.*s\" is not a TLS version: expected 1.0, 1.1, 1.2 or 1.3",
	    SPAN_ARG(span_first(text, 40)));
}
