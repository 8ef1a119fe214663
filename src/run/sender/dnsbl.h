/*
 * One address at one block list of the DNS (RFC 5782): asked only where a person named the list.
 */
#ifndef RUN_SENDER_DNSBL_H
#define RUN_SENDER_DNSBL_H

#include "run/route/host.h"

enum { DNSBL_CODES_MAX = 8 };

/* state, the word for it in JSON */
#define DNSBL_STATES(X)                                                                          \
	X(LISTED, "listed")                                                                      \
	X(NOT_LISTED, "not_listed")                                                              \
	/* 127.255.255.x: this resolver may not ask, and nothing is known of the address */      \
	X(QUERY_REFUSED, "query_refused")                                                        \
	X(STRANGE, "strange_answer") /* no code of a listing: 127.0.0.1, or not in 127.0.0.0/8 */ \
	/* not listed, but neither is the entry that every list has for tests (RFC 5782 5) */    \
	X(NO_LIST, "no_list")                                                                    \
	X(FAILED, "lookup_failed")

enum dnsbl_state {
#define X(name, word) DNSBL_##name,
	DNSBL_STATES(X)
#undef X
};
const char *dnsbl_state_word(enum dnsbl_state);

struct dnsbl {
	enum dnsbl_state state;
	struct span zone;		/* "zen.spamhaus.org" */
	struct span name;		/* asked for: "7.100.51.198.zen.spamhaus.org" */
	struct addr code[DNSBL_CODES_MAX];	/* what it answered */
	size_t ncodes;
	struct span reason;		/* its TXT; octets of the peer's */
	struct span why;		/* of FAILED */
};

/* Told once, perhaps from within dnsbl_find; it lives in the arena of the env. */
typedef void dnsbl_fn(void *ctx, const struct dnsbl *);

struct dnsbl_query;
/* NULL: it was told already. */
struct dnsbl_query *dnsbl_find(const struct lookup_env *, const struct addr *, struct span zone,
    dnsbl_fn *, void *ctx);
void dnsbl_free(struct dnsbl_query *);	/* also cancels; after it was told too; NULL is fine */

/* One sentence, fit to follow "block list: ", safe to show. */
struct span dnsbl_sentence(const struct dnsbl *, struct arena *);

#endif
