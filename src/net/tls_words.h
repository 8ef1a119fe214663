/* What TLS alerts, verification errors, TLSA records and versions are, in plain words. */
#ifndef NET_TLS_WORDS_H
#define NET_TLS_WORDS_H

#include "base/span.h"

struct alert_info {
	unsigned number;
	const char *name;		/* as RFC 8446 has it: "handshake_failure" */
	/* a sentence without its full stop, from the receiver's side */
	const char *means;
	const char *rfc;
};
const struct alert_info *alert_info(unsigned number);		/* NULL: not known */
/* Finds an alert by name, in which spaces, "-" and "_" are the same; NULL: unknown. */
const struct alert_info *alert_named(struct span name);

/* An error of certificate verification, as OpenSSL numbers them. */
struct verify_info {
	int code;
	const char *name;		/* "X509_V_ERR_CERT_HAS_EXPIRED" */
	const char *means;
};
const struct verify_info *verify_info(int code);
/* Finds an error by name, with or without "X509_V_ERR_"; NULL: unknown. */
const struct verify_info *verify_named(struct span name);

/*
 * OpenSSL's own text for an error, even one without a row, and the number for such a text; NULL
 * and 0: none, or OpenSSL cannot be opened.
 */
enum { TLS_VERIFY_CODES = 1000 };	/* OpenSSL gives no error a number as high */
const char *tls_verify_text(int code);
int tls_verify_text_code(struct span text);

/* Whether they are the same but for case, and for " " and "-" in the place of "_". */
bool tls_same_words(struct span, struct span);

/* The three numbers of a TLSA record (RFC 6698, RFC 7218); NULL beyond what is registered. */
const char *tlsa_usage_text(unsigned), *tlsa_selector_text(unsigned), *tlsa_matching_text(unsigned);

/* "1.2" of TLS's number for it, 0x0303, and back, from "TLSv1.2" too; NULL and 0: not known. */
const char *tls_version_name(int number);
int tls_version_number(struct span);

#endif
