/*
 * DNS messages as octets (RFC 1035 4.1, RFC 6891): makes queries, parses answers. Pure functions.
 * Answers are hostile: every length is checked, compression only ever points backwards, and what
 * an answer may cost is bounded.
 *
 * Names are text as in zone files (RFC 1035 5.1): without the last dot, "" is the root, a dot
 * within a label is "\.", unprintable octets are "\DDD". A name that was parsed can be queried
 * again as it is.
 */
#ifndef NET_DNS_WIRE_H
#define NET_DNS_WIRE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "net/addr.h"

/* type, number, the word for it */
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
	bool malformed;			/* TLSA: too short to have these */
};

struct dns_answer {
	unsigned rcode;			/* with EDNS's upper bits */
	/* the resolver says it validated; an authoritative server answered */
	bool ad, aa;
	/* the server left records out (TC), which is only right over UDP */
	bool truncated;
	bool cut;			/* it has more than DNS_RECORDS_MAX records */
	struct span question;
	/* from the answer section, of class IN and the types above, in order */
	struct dns_record *record;
	size_t nrecords;
	/* records left out because their data are malformed; never TLSA */
	size_t nbad;
	/* the extended error (RFC 8914); -1: none */
	int ede;
	struct span ede_text;
};

/* Writes a query with RD, AD and EDNS. Returns its octets, or 0: `name` is not a DNS name. */
size_t dns_wire_query(char out[DNS_QUERY_MAX], unsigned id, struct span name, enum dns_type);

/*
 * Parses an answer into the arena. False with err (ERR_DNS, "malformed: …") when the octets are
 * not a complete answer, or no well-formed record of the type asked for is left.
 */
bool dns_wire_answer(struct span octets, struct arena *, struct dns_answer *, struct err *);

/*
 * Follows the CNAMEs of an answer from `name` to their end, which is `name` itself when there are
 * none; *steps is how many there were. False: they form a loop.
 */
bool dns_follow(const struct dns_answer *, struct span name, struct span *last, unsigned *steps);

/* The next record of this type and owner after `before` (NULL: the first); NULL: no more. */
const struct dns_record *dns_next(const struct dns_answer *, struct span owner, enum dns_type,
    const struct dns_record *before);

bool dns_name_eq(struct span, struct span);		/* in any case, a last dot or not */

#endif
