/* What a DNS answer's rcode means (RFC 1035 4.1.1, RFC 6895 2.3). */
#ifndef NET_RCODE_H
#define NET_RCODE_H

#include "base/span.h"

struct rcode_info {
	unsigned number;
	const char *name;		/* "NXDOMAIN" */
	const char *rfc;
	const char *means;		/* a sentence without its full stop */
	const char *next;		/* NULL: nothing to do */
};
const struct rcode_info *rcode_info(unsigned number);		/* NULL: not known */
const struct rcode_info *rcode_named(struct span name);		/* in any case; NULL: not known */

#endif
