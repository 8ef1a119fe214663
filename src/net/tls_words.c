/* tls_words - TLS alerts, verification errors and TLSA numbers in plain words. */
#include "net/tls_words.h"

#include <openssl/x509_vfy.h>

#include "base/ascii.h"

static const struct alert_info alerts[] = {
	{ 0, "close_notify", "The peer ends TLS in good order", "RFC 8446 6.1" },
	{ 10, "unexpected_message", "The peer got a handshake message that it did not expect",
	    "RFC 8446 6.2" },
	{ 20, "bad_record_mac", "A record was changed on the way, or a TLS stack is broken",
	    "RFC 8446 6.2" },
	{ 21, "decryption_failed", "A record could not be decrypted; not used since TLS 1.1",
	    "RFC 5246 7.2.2" },
	{ 22, "record_overflow", "A record was longer than allowed", "RFC 8446 6.2" },
	{ 30, "decompression_failure", "Compressed data could not be read; not used in TLS 1.3",
	    "RFC 5246 7.2.2" },
	{ 40, "handshake_failure",
	    "The two sides have no cipher, group or signature in common, or a client certificate "
	    "is wanted",
	    "RFC 8446 6.2" },
	{ 41, "no_certificate", "No certificate; SSL 3 only", "RFC 6101" },
	{ 42, "bad_certificate", "The certificate shown is broken, or its signature is not right",
	    "RFC 8446 6.2" },
	{ 43, "unsupported_certificate", "A certificate of this kind is not accepted",
	    "RFC 8446 6.2" },
	{ 44, "certificate_revoked", "The certificate was revoked", "RFC 8446 6.2" },
	{ 45, "certificate_expired", "The certificate has expired, or its time has not come",
	    "RFC 8446 6.2" },
	{ 46, "certificate_unknown",
	    "The certificate is not accepted, for a reason that is not said", "RFC 8446 6.2" },
	{ 47, "illegal_parameter", "A field of the handshake has a value that is not allowed",
	    "RFC 8446 6.2" },
	{ 48, "unknown_ca", "The peer does not know the CA of the certificate shown",
	    "RFC 8446 6.2" },
	{ 49, "access_denied", "The certificate is good, and its owner may not come in",
	    "RFC 8446 6.2" },
	{ 50, "decode_error", "A handshake message could not be read", "RFC 8446 6.2" },
	{ 51, "decrypt_error", "A signature or a check of the handshake failed", "RFC 8446 6.2" },
	{ 60, "export_restriction", "Export ciphers; not used any more", "RFC 2246" },
	{ 70, "protocol_version", "The peer does not speak any TLS version that was offered",
	    "RFC 8446 6.2" },
	{ 71, "insufficient_security", "The peer wants stronger ciphers than were offered",
	    "RFC 8446 6.2" },
	{ 80, "internal_error", "The peer failed, by a fault of its own", "RFC 8446 6.2" },
	{ 86, "inappropriate_fallback", "A retry with an older version was recognised as needless",
	    "RFC 7507" },
	{ 90, "user_canceled", "The handshake was cancelled by a person or a program",
	    "RFC 8446 6.1" },
	{ 100, "no_renegotiation", "A new handshake within TLS is refused", "RFC 5246 7.2.2" },
	{ 109, "missing_extension", "A TLS extension that must be there is not", "RFC 8446 6.2" },
	{ 110, "unsupported_extension", "A TLS extension came that was not offered",
	    "RFC 8446 6.2" },
	{ 111, "certificate_unobtainable", "A certificate could not be fetched from its URL",
	    "RFC 6066 9" },
	{ 112, "unrecognized_name", "The server has no certificate for the name asked for",
	    "RFC 6066 9" },
	{ 113, "bad_certificate_status_response", "The OCSP answer sent along is not good",
	    "RFC 6066 9" },
	{ 114, "bad_certificate_hash_value", "A fetched certificate does not fit its hash",
	    "RFC 6066 9" },
	{ 115, "unknown_psk_identity", "The pre-shared key is not known", "RFC 4279 2" },
	{ 116, "certificate_required", "The server wants a client certificate and got none",
	    "RFC 8446 6.2" },
	{ 120, "no_application_protocol",
	    "The server speaks none of the protocols asked for by ALPN", "RFC 7301 3.2" },
	{ 121, "ech_required", "The server wants an encrypted client hello",
	    "draft-ietf-tls-esni" },
};

#define V(x) X509_V_ERR_##x, "X509_V_ERR_" #x
static const struct verify_info problems[] = {
	{ V(UNSPECIFIED), "Verification failed without a reason given" },
	{ V(UNABLE_TO_GET_ISSUER_CERT),
	    "The certificate of an issuer that is known by name could not be found" },
	{ V(UNABLE_TO_GET_CRL), "No revocation list was found" },
	{ V(UNABLE_TO_DECRYPT_CERT_SIGNATURE), "The signature of a certificate could not be read" },
	{ V(UNABLE_TO_DECRYPT_CRL_SIGNATURE),
	    "The signature of a revocation list could not be read" },
	{ V(UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY), "The issuer's key could not be read" },
	{ V(CERT_SIGNATURE_FAILURE), "The signature of a certificate is not right" },
	{ V(CRL_SIGNATURE_FAILURE), "The signature of a revocation list is not right" },
	{ V(CERT_NOT_YET_VALID), "The certificate is not valid yet" },
	{ V(CERT_HAS_EXPIRED), "The certificate has expired" },
	{ V(CRL_NOT_YET_VALID), "The revocation list is not valid yet" },
	{ V(CRL_HAS_EXPIRED), "The revocation list has expired" },
	{ V(ERROR_IN_CERT_NOT_BEFORE_FIELD), "The certificate's first date cannot be read" },
	{ V(ERROR_IN_CERT_NOT_AFTER_FIELD), "The certificate's last date cannot be read" },
	{ V(DEPTH_ZERO_SELF_SIGNED_CERT),
	    "The server's certificate is self-signed: no CA vouches for it" },
	{ V(SELF_SIGNED_CERT_IN_CHAIN), "The chain ends in a root that is not trusted here" },
	{ V(UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
	    "The issuer of a certificate is neither sent nor known here" },
	{ V(UNABLE_TO_VERIFY_LEAF_SIGNATURE),
	    "Only one certificate was sent and its signature cannot be checked" },
	{ V(CERT_CHAIN_TOO_LONG), "The chain is longer than allowed" },
	{ V(CERT_REVOKED), "The certificate was revoked" },
	{ V(INVALID_CA), "A certificate in the chain signs others and may not" },
	{ V(PATH_LENGTH_EXCEEDED), "A CA has more CAs below it than it may" },
	{ V(INVALID_PURPOSE),
	    "The certificate is not for a mail server (its purpose is another one)" },
	{ V(CERT_UNTRUSTED), "The root is not trusted for this purpose" },
	{ V(CERT_REJECTED), "The root is marked as rejected for this purpose" },
	{ V(SUBJECT_ISSUER_MISMATCH), "An issuer's name does not fit" },
	{ V(AKID_SKID_MISMATCH), "An issuer's key identifier does not fit" },
	{ V(KEYUSAGE_NO_CERTSIGN), "A CA's certificate is not for signing certificates" },
	{ V(UNHANDLED_CRITICAL_EXTENSION),
	    "The certificate has a critical extension that is not understood" },
	{ V(INVALID_EXTENSION), "An extension of the certificate is not well formed" },
	{ V(NO_EXPLICIT_POLICY), "No certificate policy holds for the chain" },
	{ V(HOSTNAME_MISMATCH), "The certificate is for other names than the one connected to" },
	{ V(EMAIL_MISMATCH), "The certificate is for another mail address" },
	{ V(IP_ADDRESS_MISMATCH), "The certificate is not for the address connected to" },
	{ V(DANE_NO_MATCH), "No TLSA record fits the certificates that the server showed" },
	{ V(EE_KEY_TOO_SMALL), "The server's key is too small to be safe" },
	{ V(CA_KEY_TOO_SMALL), "A CA's key is too small to be safe" },
	{ V(CA_MD_TOO_WEAK),
	    "A certificate is signed with a digest that is not safe any more (MD5 or SHA-1)" },
	{ V(INVALID_CALL), "Verification was asked for wrongly" },
	{ V(STORE_LOOKUP), "The trusted certificates could not be read" },
	{ V(OCSP_VERIFY_NEEDED), "An OCSP answer is needed" },
	{ V(OCSP_VERIFY_FAILED), "The OCSP answer is not good" },
	{ V(OCSP_CERT_UNKNOWN), "OCSP does not know this certificate" },
	{ V(EMPTY_SUBJECT_ALT_NAME), "The certificate has an empty list of names" },
	{ V(CA_BCONS_NOT_CRITICAL), "A CA's basic constraints are not critical" },
	{ V(UNSUPPORTED_SIGNATURE_ALGORITHM), "The signature algorithm is not supported" },
};
#undef V

#define COUNT(table) (sizeof (table) / sizeof *(table))

enum { VERIFY_CODES = 1000 };	/* OpenSSL gives no error a number as high */

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

static bool
same_name(struct span a, struct span b)
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
		if (same_name(name, span_of(alerts[i].name)))
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
		if (same_name(name, span_of(problems[i].name)) ||
		    same_name(name, span_skip(span_of(problems[i].name), prefix)) ||
		    same_name(name, span_of(X509_verify_cert_error_string(problems[i].code))))
			return &problems[i];
	return NULL;
}

const char *
verify_text(int code)
{
	const char *text = X509_verify_cert_error_string(code),
		   *unknown = X509_verify_cert_error_string(VERIFY_CODES);

	return code <= X509_V_OK || strcmp(text, unknown) == 0 ? NULL : text;
}

int
verify_text_code(struct span text)
{
	for (int code = 1; code < VERIFY_CODES; code++)
		if (verify_text(code) && same_name(text, span_of(verify_text(code))))
			return code;
	return 0;
}

const char *
tlsa_usage_text(unsigned usage)
{
	static const char *const text[] = {
		"PKIX-TA: a CA that the chain must pass, beside the usual verification; not for "
		"SMTP (RFC 7672 3.1.3)",
		"PKIX-EE: the server's certificate, beside the usual verification; not for SMTP "
		"(RFC 7672 3.1.3)",
		"DANE-TA: a CA of the owner's choice, to which the chain must lead; the name is "
		"checked",
		"DANE-EE: the server's own certificate or key; name and dates do not matter (RFC "
		"7672 3.1.1)",
	};
	return usage < COUNT(text) ? text[usage] : usage == 255 ? "private use" : NULL;
}

const char *
tlsa_selector_text(unsigned selector)
{
	static const char *const text[] = { "Cert: the whole certificate",
		"SPKI: only its public key, so that it outlives a renewal" };
	return selector < COUNT(text) ? text[selector] : selector == 255 ? "private use" : NULL;
}

const char *
tlsa_matching_text(unsigned matching)
{
	static const char *const text[] = { "Full: the data itself", "SHA2-256: its SHA-256 digest",
		"SHA2-512: its SHA-512 digest" };
	return matching < COUNT(text) ? text[matching] : matching == 255 ? "private use" : NULL;
}
