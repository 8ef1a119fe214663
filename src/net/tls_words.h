/* Names and plain explanations of TLS alerts, verification errors, TLSA records and versions. */
#ifndef NET_TLS_WORDS_H
#define NET_TLS_WORDS_H

#include "base/span.h"

struct alert_info {
	unsigned number;
	const char *name;		/* as RFC 8446 spells it: "handshake_failure" */
	/* a sentence without a full stop, from the point of view of the receiver */
	const char *means;
	const char *rfc;
};
const struct alert_info *alert_info(unsigned number);		/* NULL: not known */
/* Finds an alert by name, as tls_same_words() compares; NULL: unknown. */
const struct alert_info *alert_named(struct span name);

/* An error of certificate verification, by OpenSSL's number. */
struct verify_info {
	int code;
	const char *name;		/* "X509_V_ERR_CERT_HAS_EXPIRED" */
	const char *means;
};
const struct verify_info *verify_info(int code);
/* Finds an error by name, with or without "X509_V_ERR_"; NULL: unknown. */
const struct verify_info *verify_named(struct span name);

/*
 * Return OpenSSL's own text for a verification error, even one that verify_info() does not know,
 * and the error's number for such a text. NULL or 0: none, or OpenSSL cannot be loaded.
 */
enum { TLS_VERIFY_CODES = 1000 };	/* all of OpenSSL's error numbers are below this */
const char *tls_verify_text(int code);
int tls_verify_text_code(struct span text);

/* Whether two names are equal, ignoring case and taking " ", "-" and "_" as the same. */
bool tls_same_words(struct span, struct span);

/* Explain the three numbers of a TLSA record (RFC 6698, RFC 7218); NULL: not registered. */
const char *tlsa_usage_text(unsigned), *tlsa_selector_text(unsigned), *tlsa_matching_text(unsigned);

/*
 * Convert a protocol version's number to its name, 0x0303 to "1.2", and back; the name may also be
 * "TLSv1.2". NULL or 0: unknown.
 */
const char *tls_version_name(int number);
int tls_version_number(struct span);

#endif
