/*
 * Where the TLSA records of a host are sought, and whether they apply: the one place for RFC
 * 7672 2.2 and 3.2.2. A route carries what DANE wants to know of the way to each host, since the
 * records count only where the MX and the address were validated too. What is found is compared
 * with the certificates in net/tls_dane.h.
 */
#ifndef RUN_ROUTE_DANE_H
#define RUN_ROUTE_DANE_H

#include "net/tls_dane.h"
#include "run/route/host.h"

enum dane_by {
	/* not by name: an address, a path, a command; there are no records then */
	DANE_BY_NOTHING,
	DANE_BY_DNS,
	/* hosts(5) or --resolve: this side vouches for the address */
	DANE_BY_FILE,
	/* the name is all that is asked for: a match at it still tells who answers */
	DANE_BY_PROXY,
};

struct dane_path {
	enum dane_by by;
	struct span host;		/* as A-labels */
	struct span alias;		/* where its CNAMEs end; empty: it has none */
	bool host_authentic;		/* address and CNAMEs were validated */
	bool mx;			/* the host was found by an MX of `domain` */
	/* which was validated, and so were the CNAMEs of the domain */
	bool mx_authentic;
	struct span domain, domain_alias;
	enum dns_trust trust;		/* the least, in the resolvers that said so */
	struct addr resolver;		/* of the address; .len 0: none was asked */
};
void dane_path_set(struct dane_path *, const struct host *);	/* what the host tells */

/*
 * Told once, perhaps from within dane_find; ->state is what it is without a handshake. It lives in
 * the arena.
 */
typedef void dane_fn(void *ctx, struct tls_dane *);

struct dane_query;
struct dane_query *dane_find(
    const struct lookup_env *, const struct dane_path *, unsigned port, dane_fn *, void *ctx);
/* also cancels; after it was told too; NULL is fine */
void dane_free(struct dane_query *);

/* One sentence for every state, fit to follow "DANE: "; that of MATCHED too. */
struct span dane_sentence(const struct tls_dane *, struct arena *);
/*
 * Who said that the answers were validated, or is not known to validate: "127.0.0.1:53, on this
 * machine". Empty: nobody.
 */
struct span dane_resolver(const struct tls_dane *, struct arena *);

#endif
