/*
 * Looks up the TLSA records of a host and decides whether they apply (RFC 7672 2.2, 3.2.2). TLSA
 * records count only if the MX and the address records were validated too, so a route records what
 * is known about the path to each host. net/tls_dane.h compares the records with certificates.
 */
#ifndef RUN_ROUTE_DANE_H
#define RUN_ROUTE_DANE_H

#include "net/tls_dane.h"
#include "run/route/host.h"

enum dane_by {
	/* no host name: an address, a path, a command; there are no records */
	DANE_BY_NOTHING,
	DANE_BY_DNS,
	/* hosts(5) or --resolve: the address is given locally */
	DANE_BY_FILE,
	/* a proxy resolves the name; a match still authenticates the peer */
	DANE_BY_PROXY,
};

struct dane_path {
	enum dane_by by;
	struct span host;		/* as A-labels */
	struct span alias;		/* the target of its CNAMEs; empty: none */
	bool host_authentic;		/* address and CNAMEs were validated */
	bool mx;			/* the host was found by an MX of `domain` */
	/* the MX records, and the domain's CNAMEs, were validated */
	bool mx_authentic;
	struct span domain, domain_alias;
	enum dns_trust trust;		/* the lowest trust of the resolvers involved */
	struct addr resolver;		/* the resolver of the address; .len 0: none */
};
/* Sets what a host lookup found: every field that is not about the MX. */
void dane_path_set(struct dane_path *, const struct host *);
/*
 * Returns whether all of the path was found in the DNS and validated, as RFC 7672 2.2 requires for
 * TLSA records to count.
 */
bool dane_path_is_validated(const struct dane_path *);

/*
 * Called once, possibly within dane_find. The result lives in the arena; ->state is the state
 * before a handshake.
 */
typedef void dane_fn(void *ctx, struct tls_dane *);

struct dane_query;
struct dane_query *dane_find(
    const struct lookup_env *, const struct dane_path *, unsigned port, dane_fn *, void *ctx);
/* Also cancels; must also be called after dane_fn, unless dane_find returned NULL. NULL is fine. */
void dane_free(struct dane_query *);

/* Returns a sentence about the state, fit to follow "DANE: "; in the arena. */
struct span dane_sentence(const struct tls_dane *, struct arena *);
/*
 * Returns the resolver and why its validation is trusted or not: "127.0.0.1:53, on this machine";
 * in the arena. Empty: none was asked.
 */
struct span dane_resolver(const struct tls_dane *, struct arena *);

#endif
