/*
 * Words for TLS and DNS: every alert, every verification error that OpenSSL has, every rcode,
 * TLSA's numbers.
 */
#include "tests.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>

#include "net/dns_words.h"
#include "net/tls_words.h"

/* RFC 8446 6, RFC 5246 7.2, RFC 6066 9, RFC 7301 3.2, RFC 7507 4. */
static const struct {
	unsigned number;
	const char *name;
} alerts[] = {
	{ 0, "close_notify" },
	{ 10, "unexpected_message" },
	{ 20, "bad_record_mac" },
	{ 22, "record_overflow" },
	{ 40, "handshake_failure" },
	{ 42, "bad_certificate" },
	{ 43, "unsupported_certificate" },
	{ 44, "certificate_revoked" },
	{ 45, "certificate_expired" },
	{ 46, "certificate_unknown" },
	{ 47, "illegal_parameter" },
	{ 48, "unknown_ca" },
	{ 49, "access_denied" },
	{ 50, "decode_error" },
	{ 51, "decrypt_error" },
	{ 70, "protocol_version" },
	{ 71, "insufficient_security" },
	{ 80, "internal_error" },
	{ 86, "inappropriate_fallback" },
	{ 90, "user_canceled" },
	{ 100, "no_renegotiation" },
	{ 109, "missing_extension" },
	{ 110, "unsupported_extension" },
	{ 112, "unrecognized_name" },
	{ 113, "bad_certificate_status_response" },
	{ 115, "unknown_psk_identity" },
	{ 116, "certificate_required" },
	{ 120, "no_application_protocol" },
};

static void
every_alert(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++) {
		const struct alert_info *info = alert_info(alerts[i].number);
		assert_non_null(info);
		assert_string_equal(info->name, alerts[i].name);
		assert_ptr_equal(alert_named(span_of(alerts[i].name)), info);
	}
	assert_ptr_equal(alert_named(SPAN("Handshake Failure")), alert_info(40));
	assert_null(alert_info(41 + 200));
	assert_null(alert_named(SPAN("handshake")));
}

/* Those of a path verification; CRLs, proxies, RFC 3779 and Suite B do not come about here. */
static void
every_problem_of_a_path(void **state)
{
	static const int codes[] = {
		X509_V_ERR_UNSPECIFIED,
		X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
		X509_V_ERR_CERT_SIGNATURE_FAILURE,
		X509_V_ERR_CERT_NOT_YET_VALID,
		X509_V_ERR_CERT_HAS_EXPIRED,
		X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
		X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
		X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
		X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
		X509_V_ERR_CERT_CHAIN_TOO_LONG,
		X509_V_ERR_CERT_REVOKED,
		X509_V_ERR_INVALID_CA,
		X509_V_ERR_PATH_LENGTH_EXCEEDED,
		X509_V_ERR_INVALID_PURPOSE,
		X509_V_ERR_CERT_UNTRUSTED,
		X509_V_ERR_CERT_REJECTED,
		X509_V_ERR_HOSTNAME_MISMATCH,
		X509_V_ERR_IP_ADDRESS_MISMATCH,
		X509_V_ERR_DANE_NO_MATCH,
		X509_V_ERR_EE_KEY_TOO_SMALL,
		X509_V_ERR_CA_KEY_TOO_SMALL,
		X509_V_ERR_CA_MD_TOO_WEAK,
	};

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		const struct verify_info *info = verify_info(codes[i]);
		assert_non_null(info);
		assert_ptr_equal(verify_named(span_of(info->name)), info);
		assert_ptr_equal(verify_named(span_of(info->name + 11)), info);
		assert_int_equal(tls_verify_text_code(
				     span_of(X509_verify_cert_error_string(codes[i]))),
		    codes[i]);
	}
	assert_null(verify_info(X509_V_OK));
}

static void
every_rcode(void **state)
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
		"REFUSED" };

	(void)state;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		assert_string_equal(rcode_info(i)->name, names[i]);
		assert_ptr_equal(rcode_named(span_of(names[i])), rcode_info(i));
	}
	assert_ptr_equal(rcode_named(SPAN("nodata")), rcode_info(0));
	assert_null(rcode_info(15));
}

static void
tlsa_numbers(void **state)
{
	static const char *const usage[] = { "PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE" };

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_memory_equal(tlsa_usage_text(i), usage[i], 7);
	assert_null(tlsa_usage_text(4));
	assert_null(tlsa_selector_text(2));
	assert_null(tlsa_matching_text(3));
	assert_non_null(tlsa_usage_text(255));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_alert),
		cmocka_unit_test(every_problem_of_a_path),
		cmocka_unit_test(every_rcode),
		cmocka_unit_test(tlsa_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
