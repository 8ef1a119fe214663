/*
 * Builds DNS queries and parses answers (RFC 1035 4.1, RFC 6891). Pure functions. Answers are
 * assumed to be hostile: every length is checked, compression pointers must point backwards, and
 * the memory and time that an answer can cost are bounded.
 *
 * Names are text as in zone files (RFC 1035 5.1), without the final dot: "" is the root, a dot
 * within a label is "\.", an unprintable octet is "\DDD". A name from an answer can be queried
 * as it is.
 */
#ifndef NET_DNS_WIRE_H
#define NET_DNS_WIRE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "net/addr.h"

/* type, its number */
#define DNS_TYPES(X)	\
	X(A, 1)		\
	X(NS, 2)	\
	X(CNAME, 5)	\
	X(SOA, 6)	\
	X(PTR, 12)	\
	X(MX, 15)	\
	X(TXT, 16)	\
	X(AAAA, 28)	\
	X(SRV, 33)	\
	X(TLSA, 52)

enum dns_type {
#define X(name, number) DNS_##name = number,
	DNS_TYPES(X)
#undef X
};

enum { DNS_NOERROR, DNS_FORMERR, DNS_SERVFAIL, DNS_NXDOMAIN, DNS_NOTIMP, DNS_REFUSED };
enum { DNS_QUERY_MAX = 300, DNS_RECORDS_MAX = 1000, DNS_UDP_SIZE = 1232 };

struct dns_record {
	struct span owner;
	unsigned type;
	uint32_t ttl;			/* seconds */
	unsigned preference;		/* MX; SRV: its priority */
	unsigned weight, port;		/* SRV */
	struct span name;		/* MX, CNAME, PTR, NS, SRV: what it points to */
	struct addr addr;		/* A, AAAA; without a port */
	/* TXT: its strings joined; TLSA: the certificate association data */
	struct span data;
	unsigned usage, selector, matching;	/* TLSA */
	bool malformed;			/* TLSA: too short to have the three fields above */
};

struct dns_answer {
	unsigned rcode;			/* with the upper bits from EDNS */
	/* AD: the resolver says that it validated; AA: the server is authoritative */
	bool ad, aa;
	/* TC: the server left records out, which it may do only over UDP */
	bool truncated;
	bool cut;			/* records beyond DNS_RECORDS_MAX were dropped */
	struct span question;
	/* from the answer section, of class IN and the types above, in order */
	struct dns_record *record;
	size_t nrecords;
	/* records dropped because their data is malformed; TLSA records never are */
	size_t nbad;
	/* extended error (RFC 8914); -1: none */
	int ede;
	struct span ede_text;
};

/*
 * Writes a query with RD, AD and EDNS to `out` and returns its length in octets, or 0 when `name`
 * is not a DNS name.
 */
size_t dns_wire_query(char out[DNS_QUERY_MAX], unsigned id, struct span name, enum dns_type);

/*
 * Parses an answer into the arena. Returns false and sets err (ERR_DNS, "malformed: …") when the
 * octets are not a complete answer, or when records were malformed and none of the requested type
 * is left.
 */
bool dns_wire_answer(struct span octets, struct arena *, struct dns_answer *, struct err *);

/*
 * Follows the CNAMEs of an answer from `name`. Sets *last to the final name, which is `name` itself
 * when there are none, and *steps to the number of CNAMEs. False: they form a loop.
 */
bool dns_follow(const struct dns_answer *, struct span name, struct span *last, unsigned *steps);

/*
 * Returns the next record with this owner and type after `before`, or the first when `before` is
 * NULL. NULL: no more.
 */
const struct dns_record *dns_next(const struct dns_answer *, struct span owner, enum dns_type,
    const struct dns_record *before);

bool dns_name_eq(struct span, struct span);		/* ignores case and a final dot */

#endif
