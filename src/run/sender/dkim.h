/*
 * The public key of a DKIM selector (RFC 6376 3.6.1, RFC 8463): SELECTOR._domainkey.DOMAIN. Whether
 * signatures are made with its private half, no lookup tells.
 */
#ifndef RUN_SENDER_DKIM_H
#define RUN_SENDER_DKIM_H

#include "run/route/host.h"

enum { DKIM_BITS_MIN = 1024, DKIM_BITS_GOOD = 2048 };	/* of RSA: RFC 8301 3.2 */

/* state, the word for it in JSON */
#define DKIM_STATES(X)                                                                   \
	X(NONE, "none")		/* no record */                                          \
	X(FAILED, "lookup_failed")                                                       \
	X(SEVERAL, "several_records") /* what verifiers do then is undefined (3.6.2.2) */ \
	X(MALFORMED, "malformed")                                                        \
	X(REVOKED, "revoked")	/* p= is empty */                                        \
	X(WEAK, "weak")		/* RSA below DKIM_BITS_MIN: verifiers must fail it */    \
	X(UNKNOWN, "unknown_type") /* a k= that is neither rsa nor ed25519 */            \
	X(GOOD, "good")

enum dkim_state {
#define X(name, word) DKIM_##name,
	DKIM_STATES(X)
#undef X
};
const char *dkim_state_word(enum dkim_state);

struct dkim_key {
	enum dkim_state state;
	struct span name;		/* asked for: "s1._domainkey.example.org" */
	struct span text;		/* the record; octets of the peer's */
	bool authentic;			/* DNSSEC-validated */
	struct span why;		/* of NONE, FAILED, MALFORMED */
	struct span type;		/* "rsa", "ed25519"; octets of the peer's */
	unsigned bits;			/* of RSA; 0: not known */
	bool testing;			/* t=y: verifiers treat it as not signed */
	bool strict;			/* t=s: the i= of a signature may not be of a subdomain */
	bool no_sha256;			/* h= leaves it out */
	bool no_email;			/* s= is for something else */
};

/* A record as a function of octets: all but ->name, ->authentic and what failed. */
void dkim_key_parse(struct span text, struct arena *, struct dkim_key *);

/* Told once, perhaps from within dkim_find; it lives in the arena of the env. */
typedef void dkim_fn(void *ctx, const struct dkim_key *);

struct dkim_query;
/* NULL: it was told already. */
struct dkim_query *dkim_find(const struct lookup_env *, struct span selector, struct span domain,
    dkim_fn *, void *ctx);
void dkim_free(struct dkim_query *);	/* also cancels; after it was told too; NULL is fine */

/* One sentence, fit to follow "DKIM s1: ", safe to show. */
struct span dkim_sentence(const struct dkim_key *, struct arena *);

#endif
