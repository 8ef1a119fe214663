/*
 * What the DNS says about where a target's mail goes: its route, and for each host and address
 * what a diagnosis needs besides: reverse DNS and its confirmation, TLSA for the port, and the
 * domain's MTA-STS and TLSRPT records.
 */
#ifndef RUN_ROUTE_LOOKUP_H
#define RUN_ROUTE_LOOKUP_H

#include "run/route/route.h"

enum { LOOKUP_PTR_MAX = 4, LOOKUP_SRV_MAX = 16, LOOKUP_NOTES_MAX = 64 };

struct lookup_ptr {
	struct span name;
	bool points_back;		/* forward-confirmed: it has the address */
};

struct lookup_query;

struct lookup_address {
	struct addr addr;
	struct lookup_ptr ptr[LOOKUP_PTR_MAX];
	size_t nptr;
	struct span why;		/* nptr is 0: "the name does not exist (NXDOMAIN)" */
	bool failed;			/* because the lookup failed */
};

struct lookup_host {
	const struct route_hop *hop;
	struct lookup_address *address;	/* one for each of the hop's */
	/* its TLSA records, and whether they apply; NULL: not looked up, it has no name */
	const struct tls_dane *dane;
	struct dane_query *asking;	/* the lookup while it runs */
	struct lookup_query *query;
};

struct lookup_text {
	struct span name;		/* "_mta-sts.example.org"; empty: not looked up */
	/* the record with the right version tag, as published */
	struct span text;
	/* how many have that tag: several count as none (RFC 8461 3.1) */
	size_t n;
	bool authentic;
	struct span why;		/* n is 0 */
	bool failed;			/* because the lookup failed */
	/* why it is invalid; empty: it is valid, or there is none */
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
	struct span why;		/* n is 0 */
	bool failed;			/* because the lookup failed */
};

struct lookup {
	const struct route *route;
	/* LOOKUP_DOMAIN_OR_HOST: why it has no MX and is taken as a host; else empty */
	struct span mx_why;
	bool mx_failed;			/* because the lookup failed */
	/* why there is nothing to connect to; ERR_NONE: there is */
	struct err err;
	/* one per hop of the route, those without an address included */
	struct lookup_host *host;
	size_t nhosts;
	struct lookup_text mta_sts, tlsrpt;
	struct lookup_srv submissions, submission;	/* with implicit TLS, and with STARTTLS */
	struct span note[LOOKUP_NOTES_MAX];
	size_t nnotes;
};

/*
 * The TXT records of a domain for those who send to it: the name to look up, and the result of a
 * reply, whose ->name the caller has set. A record whose version tag is another one is ignored (RFC
 * 8461 3.1, RFC 8460 3), unless it merely misspells this one and no other has it: then it is wrong.
 * In the arena.
 */
enum lookup_record { LOOKUP_MTA_STS, LOOKUP_TLSRPT };
struct span lookup_text_name(enum lookup_record, struct span domain, struct arena *);
void lookup_text_read(
    struct lookup_text *, enum lookup_record, const struct dns_reply *, struct arena *);

/*
 * The address as labels in reverse order, followed by the zone; an empty zone is in-addr.arpa or
 * ip6.arpa (RFC 1035 3.5, RFC 3596 2.5, RFC 5782 2). In the arena.
 */
struct span lookup_reverse_name(const struct addr *, struct span zone, struct arena *);

/* What a bare name is: a host, as everywhere else, or a domain if it has an MX, else a host. */
/* _UNLESS_HOST: a domain also where a resolver answered, and not with whether it has an MX */
enum lookup_name { LOOKUP_HOST, LOOKUP_DOMAIN_OR_HOST, LOOKUP_DOMAIN_UNLESS_HOST };

/* Called once, never within lookup_start; the lookup lives in the arena. */
typedef void lookup_fn(void *ctx, const struct lookup *);

struct lookup_query *lookup_start(
    const struct lookup_env *, const struct target *, enum lookup_name, lookup_fn *, void *ctx);
void lookup_free(struct lookup_query *);	/* also cancels; NULL is fine */

#endif
