/*
 * What the DNS says about where the mail of a target goes: its route, and for each host and address
 * what a diagnosis wants besides: reverse names (do they point back?), TLSA for the port, and the
 * domain's MTA-STS and TLSRPT texts.
 */
#ifndef RUN_ROUTE_LOOKUP_H
#define RUN_ROUTE_LOOKUP_H

#include "run/route/route.h"

enum { LOOKUP_PTR_MAX = 4, LOOKUP_SRV_MAX = 16, LOOKUP_NOTES_MAX = 64 };

struct lookup_ptr {
	struct span name;
	bool points_back;		/* it has the address that it was found under */
};

struct lookup_query;

struct lookup_address {
	struct addr addr;
	struct lookup_ptr ptr[LOOKUP_PTR_MAX];
	size_t nptr;
	struct span why;		/* nptr is 0: "the name does not exist (NXDOMAIN)" */
	bool failed;			/* and that is that nobody answered the question */
};

struct lookup_host {
	const struct route_hop *hop;
	struct lookup_address *address;	/* one for each of the hop's */
	/* its TLSA records, and whether they apply; NULL: not asked for, it has no name */
	const struct tls_dane *dane;
	struct dane_query *asking;	/* while it is asked for */
	struct lookup_query *query;
};

struct lookup_text {
	struct span name;		/* "_mta-sts.example.org"; empty: not asked */
	/* the record that begins as it should; octets of the peer's */
	struct span text;
	/* how many begin so: more than one is as good as none (RFC 8461 3.1) */
	size_t n;
	bool authentic;
	struct span why;		/* n is 0 */
	bool failed;			/* and that is that nobody answered the question */
	/* it counts for nothing, and why; empty: it is good, or there is none */
	struct span wrong;
};

/* Where the users of a domain submit their mail (RFC 6186 3.1, RFC 8314 5.1). */
struct lookup_srv {
	struct span name;		/* "_submissions._tcp.example.org"; empty: not asked */
	struct lookup_service {
		unsigned priority, weight, port;
		struct span host;	/* empty: the service is not offered (RFC 6186 3.4) */
	} service[LOOKUP_SRV_MAX];
	size_t n;
	bool authentic;
	struct span why;		/* n is 0 */
	bool failed;			/* and that is that nobody answered the question */
};

struct lookup {
	const struct route *route;
	/* LOOKUP_DOMAIN_OR_HOST took it for a host: why it has no MX; else empty */
	struct span mx_why;
	bool mx_failed;			/* and that is that nobody answered the question */
	/* why nothing can be connected to; ERR_NONE: something can */
	struct err err;
	/* one for each of the route's, those without an address too */
	struct lookup_host *host;
	size_t nhosts;
	struct lookup_text mta_sts, tlsrpt;
	struct lookup_srv submissions, submission;	/* with implicit TLS, and with STARTTLS */
	struct span note[LOOKUP_NOTES_MAX];
	size_t nnotes;
};

/*
 * The TLSRPT record of a domain alone: where it is asked for (TXT), and what the reply says; ->name
 * is set.
 */
struct span lookup_tlsrpt_name(struct span domain, struct arena *);
void lookup_tlsrpt(struct lookup_text *, const struct dns_reply *, struct arena *);

/*
 * The address as labels in reverse order, and the zone behind them; an empty zone is in-addr.arpa
 * or ip6.arpa (RFC 1035 3.5, RFC 3596 2.5, RFC 5782 2).
 */
struct span lookup_reverse_name(const struct addr *, struct span zone, struct arena *);

/* What a bare name is: a host, as everywhere else, or first a domain, if it has an MX. */
enum lookup_name { LOOKUP_HOST, LOOKUP_DOMAIN_OR_HOST };

/* Told once, never from within lookup_start; the lookup lives in the arena. */
typedef void lookup_fn(void *ctx, const struct lookup *);

struct lookup_query *lookup_start(
    const struct lookup_env *, const struct target *, enum lookup_name, lookup_fn *, void *ctx);
void lookup_free(struct lookup_query *);	/* also cancels; NULL is fine */

#endif
