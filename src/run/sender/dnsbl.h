/*
 * Looks up an address in a DNS block list (RFC 5782). Lists are queried only if the user names
 * them.
 */
#ifndef RUN_SENDER_DNSBL_H
#define RUN_SENDER_DNSBL_H

#include "run/route/host.h"

enum { DNSBL_CODES_MAX = 8 };

/* state, the word for it in JSON */
#define DNSBL_STATES(X)                                                                          \
	X(LISTED, "listed")                                                                      \
	X(NOT_LISTED, "not_listed")                                                              \
	/* 127.255.255.x: this resolver may not query it; nothing is known of the address */      \
	X(QUERY_REFUSED, "query_refused")                                                        \
	/* not the code of a listing: 127.0.0.1, or not in 127.0.0.0/8 */ \
	X(STRANGE, "strange_answer") \
	/* not listed, but neither is the test entry of every list (RFC 5782 5) */    \
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
	struct span name;		/* the name looked up: "7.100.51.198.zen.spamhaus.org" */
	struct addr code[DNSBL_CODES_MAX];	/* addresses in its answer */
	size_t ncodes;
	struct span reason;		/* its TXT record, as published */
	struct span why;		/* why FAILED */
};

/* Called once, possibly within dnsbl_find; the result lives in the env's arena. */
typedef void dnsbl_fn(void *ctx, const struct dnsbl *);

struct dnsbl_query;
/* Looks up an address in the list of a zone. Returns NULL if dnsbl_fn was called already. */
struct dnsbl_query *dnsbl_find(const struct lookup_env *, const struct addr *, struct span zone,
    dnsbl_fn *, void *ctx);
/*
 * Also cancels; must also be called after dnsbl_fn, unless dnsbl_find returned NULL. NULL is fine.
 */
void dnsbl_free(struct dnsbl_query *);

/* Returns one sentence, fit to follow "block list: " and safe to show. In the arena. */
struct span dnsbl_sentence(const struct dnsbl *, struct arena *);

#endif
