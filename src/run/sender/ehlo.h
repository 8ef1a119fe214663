/*
 * The name that a client sends in EHLO, as the servers that it sends to look at it: is it a full
 * host name or an address literal (RFC 5321 4.1.1.1, 4.1.3), does it exist, and does it have the
 * client's address?
 */
#ifndef RUN_SENDER_EHLO_H
#define RUN_SENDER_EHLO_H

#include "run/route/host.h"

/* state, the word for it in JSON */
#define EHLO_STATES(X)                                                                     \
	X(MATCHES, "matches")	/* it has the client's address */                          \
	X(EXISTS, "exists")	/* it has an address, and no client address was given */   \
	X(DIFFERS, "differs")	/* its addresses are others */                             \
	X(NOT_FOUND, "not_found") /* no such name, or no address at it */                  \
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
	struct addr *addr;		/* that it has */
	size_t naddr;
	bool authentic;			/* DNSSEC-validated */
	struct span why;		/* of NOT_FOUND and FAILED */
};

/* Told once, perhaps from within ehlo_find; it lives in the arena of the env. */
typedef void ehlo_fn(void *ctx, const struct ehlo *);

struct ehlo_query;
/* `source` NULL: there is no address to compare with. NULL: it was told already. */
struct ehlo_query *ehlo_find(const struct lookup_env *, struct span name,
    const struct addr *source, ehlo_fn *, void *ctx);
void ehlo_free(struct ehlo_query *);	/* also cancels; after it was told too; NULL is fine */

/* One sentence, fit to follow "EHLO: ", safe to show. */
struct span ehlo_sentence(const struct ehlo *, struct arena *);

#endif
