/*
 * What the DNS says about where a target's mail goes: its route, and what else a diagnosis needs:
 * for each address reverse DNS and its confirmation, for each host TLSA for the port, for the
 * domain its MTA-STS, TLSRPT and submission records.
 */
#ifndef RUN_ROUTE_LOOKUP_H
#define RUN_ROUTE_LOOKUP_H

#include "run/route/route.h"

enum { LOOKUP_PTR_MAX = 4, LOOKUP_SRV_MAX = 16, LOOKUP_NOTES_MAX = 64 };

struct lookup_ptr {
	struct span name;
	bool points_back;		/* forward-confirmed: the name has the address */
};

struct lookup_query;

struct lookup_address {
	struct addr addr;
	struct lookup_ptr ptr[LOOKUP_PTR_MAX];
	size_t nptr;
	struct span why;		/* if nptr is 0: "the name does not exist (NXDOMAIN)" */
	bool failed;			/* because the lookup failed */
};

struct lookup_host {
	const struct route_hop *hop;
	struct lookup_address *address;	/* one for each address of the hop */
	/* its TLSA records, and whether they apply; NULL: not looked up, since it has no name */
	const struct tls_dane *dane;
	struct dane_query *asking;	/* the lookup of ->dane */
	struct lookup_query *query;
};

struct lookup_text {
	struct span name;		/* "_mta-sts.example.org"; empty: not looked up */
	/* the record with the right version tag, as published */
	struct span text;
	/* number of records with that tag: several count as none (RFC 8461 3.1) */
	size_t n;
	bool authentic;
	struct span why;		/* if n is 0 */
	bool failed;			/* because the lookup failed */
	/* why the record is invalid; empty: it is valid, or there is none */
	struct span wrong;
};

/* Where the users of a domain submit their mail (RFC 6186 3.1, RFC 8314 5.1). */
struct lookup_srv {
	/* "_submissions._tcp.example.org"; empty: not looked up */
	struct span name;
	struct lookup_service {
		unsigned priority, weight, port;
		struct span host;	/* empty: the service is not offered (RFC 6186 3.4) */
	} service[LOOKUP_SRV_MAX];
	size_t n;
	bool authentic;
	struct span why;		/* if n is 0 */
	bool failed;			/* because the lookup failed */
};

struct lookup {
	const struct route *route;
	/* why a bare name that may be a domain has no MX, and is a host; else empty */
	struct span mx_why;
	bool mx_failed;			/* because the lookup failed */
	/* why there is nothing to connect to; ERR_NONE: there is */
	struct err err;
	/* one for each hop of the route, including those without an address */
	struct lookup_host *host;
	size_t nhosts;
	struct lookup_text mta_sts, tlsrpt;
	struct lookup_srv submissions, submission;	/* with implicit TLS, and with STARTTLS */
	struct span note[LOOKUP_NOTES_MAX];
	size_t nnotes;
};

/*
 * The TXT records of a domain for its senders. lookup_text_name returns the name to look up, in the
 * arena; lookup_text_read fills in the result of a reply, with ->name set by the caller. Records
 * with another version tag are ignored (RFC 8461 3.1, RFC 8460 3); but a tag that differs only in
 * case or has something appended is reported as wrong if no record has the right one.
 */
enum lookup_record { LOOKUP_MTA_STS, LOOKUP_TLSRPT };
struct span lookup_text_name(enum lookup_record, struct span domain, struct arena *);
void lookup_text_read(
    struct lookup_text *, enum lookup_record, const struct dns_reply *, struct arena *);

/*
 * Returns the address as labels in reverse order, followed by the zone; an empty zone: in-addr.arpa
 * or ip6.arpa (RFC 1035 3.5, RFC 3596 2.5, RFC 5782 2). In the arena.
 */
struct span lookup_reverse_name(const struct addr *, struct span zone, struct arena *);

/*
 * What a bare name is: a host; or a domain if it has an MX, else a host; or, _UNLESS_HOST, a domain
 * also if the MX lookup failed although a name server answered (SERVFAIL).
 */
enum lookup_name { LOOKUP_HOST, LOOKUP_DOMAIN_OR_HOST, LOOKUP_DOMAIN_UNLESS_HOST };

/* Called once, never within lookup_start. The lookup lives until lookup_free. */
typedef void lookup_fn(void *ctx, const struct lookup *);

struct lookup_query *lookup_start(
    const struct lookup_env *, const struct target *, enum lookup_name, lookup_fn *, void *ctx);
void lookup_free(struct lookup_query *);	/* also cancels; NULL is fine */

#endif
