/* Names of DNS types, rcodes and extended errors (RFC 6895, RFC 8914), and what rcodes mean. */
#ifndef NET_DNS_WORDS_H
#define NET_DNS_WORDS_H

#include "base/span.h"

/* An rcode (RFC 1035 4.1.1, RFC 6895 2.3). */
struct rcode_info {
	unsigned number;
	const char *name;		/* "NXDOMAIN" */
	const char *rfc;
	const char *means; /* a sentence without a full stop */
};
const struct rcode_info *rcode_info(unsigned number);		/* NULL: not known */
const struct rcode_info *rcode_named(struct span name);		/* in any case; NULL: not known */

const char *dns_type_word(unsigned type);		/* "MX"; "?": not in DNS_TYPES */
const char *dns_ede_word(int code);			/* "DNSSEC bogus"; NULL: not known */

#endif
