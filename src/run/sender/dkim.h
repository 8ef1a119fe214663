/*
 * The public key of a DKIM selector, at SELECTOR._domainkey.DOMAIN (RFC 6376 3.6.1, RFC 8463).
 * Whether mail is signed with the matching private key cannot be looked up.
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
	struct span name;		/* the name looked up: "s1._domainkey.example.org" */
	struct span text;		/* the record, as published */
	bool authentic;			/* DNSSEC-validated */
	struct span why;		/* why NONE, FAILED or MALFORMED */
	struct span type;		/* "rsa", "ed25519"; as published */
	unsigned bits;			/* size of an RSA key; 0: unknown */
	bool testing;			/* t=y: verifiers treat it as not signed */
	/* t=s: the i= of a signature must not be a subdomain */
	bool strict;
	bool no_sha256;			/* h= excludes it */
	bool no_email;			/* s= excludes email */
};

/*
 * Parses a record: sets all fields except ->name and ->authentic. Spans live in `text` or the
 * arena.
 */
void dkim_key_parse(struct span text, struct arena *, struct dkim_key *);

/* Called once, possibly within dkim_find; the result lives in the env's arena. */
typedef void dkim_fn(void *ctx, const struct dkim_key *);

struct dkim_query;
/* Looks up a key. Returns NULL if dkim_fn was called already. */
struct dkim_query *dkim_find(const struct lookup_env *, struct span selector, struct span domain,
    dkim_fn *, void *ctx);
void dkim_free(struct dkim_query *);	/* also cancels; required after dkim_fn too; NULL is fine */

/* Returns one sentence, fit to follow "DKIM s1: " and safe to show. In the arena. */
struct span dkim_sentence(const struct dkim_key *, struct arena *);

#endif
