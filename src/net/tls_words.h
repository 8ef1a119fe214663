/* What TLS alerts, verification errors and TLSA records are, in plain words. */
#ifndef NET_TLS_WORDS_H
#define NET_TLS_WORDS_H

#include "base/span.h"

struct alert_info {
	unsigned number;
	const char *name;		/* as RFC 8446 has it: "handshake_failure" */
	/* a sentence without its full stop, from the side of who gets it */
	const char *means;
	const char *next;		/* what to try; NULL: nothing to say */
	const char *rfc;
};
const struct alert_info *alert_info(unsigned number);		/* NULL: not known */
/* blanks, "-" and "_" are one; NULL: none */
const struct alert_info *alert_named(struct span name);

/* An error of certificate verification, as OpenSSL numbers them. */
struct verify_info {
	int code;
	const char *name;		/* "X509_V_ERR_CERT_HAS_EXPIRED" */
	const char *means;
	const char *next;
};
const struct verify_info *verify_info(int code);
/* with or without "X509_V_ERR_", or OpenSSL's text */
const struct verify_info *verify_named(struct span name);

/*
 * What OpenSSL itself says of an error, also of one without a row, and the number of what it says;
 * NULL and 0: none.
 */
const char *verify_text(int code);
int verify_text_code(struct span text);

/* The three numbers of a TLSA record (RFC 6698, RFC 7218); NULL beyond what is registered. */
const char *tlsa_usage_text(unsigned), *tlsa_selector_text(unsigned), *tlsa_matching_text(unsigned);

#endif
