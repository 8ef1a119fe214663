/*
 * Where the TLSA records of a host are looked up, and whether they apply: the one place for RFC
 * 7672 2.2 and 3.2.2. A route records what DANE needs to know of the path to each host, since
 * TLSA records count only where the MX and the address were validated too. net/tls_dane.h
 * compares the records with the certificates.
 */
#ifndef RUN_ROUTE_DANE_H
#define RUN_ROUTE_DANE_H

#include "net/tls_dane.h"
#include "run/route/host.h"

enum dane_by {
	/* not by name: an address, a path, a command; then there are no records */
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
	struct span alias;		/* where its CNAMEs end; empty: none */
	bool host_authentic;		/* address and CNAMEs were validated */
	bool mx;			/* the host was found by an MX of `domain` */
	/* the MX was validated, and so were the domain's CNAMEs */
	bool mx_authentic;
	struct span domain, domain_alias;
	enum dns_trust trust;		/* the lowest trust of the resolvers involved */
	struct addr resolver;		/* that answered for the address; .len 0: none */
};
/* fills in what a host lookup found */
void dane_path_set(struct dane_path *, const struct host *);
/* By DNS, and all of it validated: only there do records count (RFC 7672 2.2). */
bool dane_path_is_validated(const struct dane_path *);

/*
 * Called once, perhaps within dane_find; ->state is the state before a handshake. It lives in the
 * arena.
 */
typedef void dane_fn(void *ctx, struct tls_dane *);

struct dane_query;
struct dane_query *dane_find(
    const struct lookup_env *, const struct dane_path *, unsigned port, dane_fn *, void *ctx);
/* Also cancels; needed after dane_fn too; NULL is fine. */
void dane_free(struct dane_query *);

/* A sentence for every state, fit to follow "DANE: ". In the arena. */
struct span dane_sentence(const struct tls_dane *, struct arena *);
/*
 * The resolver and why its validation is trusted or not: "127.0.0.1:53, on this machine". Empty:
 * none. In the arena.
 */
struct span dane_resolver(const struct tls_dane *, struct arena *);

#endif
