/*
 * Judges the name that a client sends in EHLO as servers do: whether it is a fully qualified host
 * name or an address literal (RFC 5321 4.1.1.1, 4.1.3), whether it exists, and whether it has the
 * client's address.
 */
#ifndef RUN_SENDER_EHLO_H
#define RUN_SENDER_EHLO_H

#include "run/route/host.h"

/* state, the word for it in JSON */
#define EHLO_STATES(X)                                                                     \
	X(MATCHES, "matches")	/* it has the client's address */                          \
	X(EXISTS, "exists")	/* it has an address; no client address was given */   \
	X(DIFFERS, "differs")	/* it has other addresses */                             \
	X(NOT_FOUND, "not_found") /* no such name, or it has no address */                  \
	X(NOT_FQDN, "not_fqdn")	/* one label */                                            \
	X(INVALID, "invalid")	/* neither a host name nor an address in brackets */       \
	X(LITERAL, "literal")	/* the client's address, or none was given to compare */   \
	X(LITERAL_DIFFERS, "literal_differs")                                              \
	X(FAILED, "lookup_failed")

enum ehlo_state {
#define X(name, word) EHLO_##name,
	EHLO_STATES(X)
#undef X
};
const char *ehlo_state_word(enum ehlo_state);

struct ehlo {
	enum ehlo_state state;
	struct span name;		/* as given */
	struct addr *addr;		/* its addresses */
	size_t naddr;
	bool authentic;			/* DNSSEC-validated */
	struct span why;		/* why NOT_FOUND or FAILED */
};

/* Called once, possibly within ehlo_find; the result lives in the env's arena. */
typedef void ehlo_fn(void *ctx, const struct ehlo *);

struct ehlo_query;
/*
 * Looks up a name. `source` NULL: no address to compare with. Returns NULL if ehlo_fn was called
 * already.
 */
struct ehlo_query *ehlo_find(const struct lookup_env *, struct span name,
    const struct addr *source, ehlo_fn *, void *ctx);
void ehlo_free(struct ehlo_query *);	/* also cancels; required after ehlo_fn too; NULL is fine */

/* Returns one sentence, fit to follow "EHLO: " and safe to show. In the arena. */
struct span ehlo_sentence(const struct ehlo *, struct arena *);

#endif
