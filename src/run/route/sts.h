/*
 * The MTA-STS policy of a domain (RFC 8461): looks up its TXT record, fetches the policy from
 * https://mta-sts.DOMAIN/, and says what a sender that honors it does with an MX host of the
 * domain.
 */
#ifndef RUN_ROUTE_STS_H
#define RUN_ROUTE_STS_H

#include "net/proxy.h"
#include "run/route/host.h"
#include "smtp/sts.h"

/* state, its word in JSON */
#define STS_STATES(X)							\
	X(NONE,		"none")		/* no record */			\
	X(UNKNOWN,	"unknown")	/* the record could not be asked for */	\
	X(BAD_RECORD,	"bad_record")					\
	X(UNREACHED,	"unreached")	/* a record, but no policy came */	\
	X(UNABLE,	"unable")	/* the fault is on this side: a library is missing */ \
	X(BAD_POLICY,	"bad_policy")	/* what came is none */		\
	X(FOUND,	"found")

enum sts_state {
#define X(name, word) STS_##name,
	STS_STATES(X)
#undef X
};

struct sts {
	enum sts_state state;
	struct span domain;
	/* id of the record, which changes with the policy */
	struct span id;
	struct span why;		/* if not STS_FOUND: why */
	struct sts_policy policy;	/* if STS_FOUND */
};

const char *sts_state_word(enum sts_state);

/* What a sender that honors the policy does with a message for this MX. */
enum sts_verdict {
	STS_NO_OPINION,			/* no policy, or its mode is none */
	STS_ALLOWS,
	STS_NOT_LISTED,			/* the policy does not name the host */
	STS_NO_TLS,
	STS_NOT_VERIFIED,		/* the certificate's chain or name was not verified */
};
enum sts_verdict sts_judge(const struct sts *, struct span host, bool tls, bool verified);
const char *sts_verdict_word(enum sts_verdict);	/* in JSON */

struct sts_way {
	struct lookup_env env;
	const struct proxy_opts *proxy;	/* .kind PROXY_NONE: none */
	const char *ca;			/* NULL: the system's */
	uint64_t timeout_ms;		/* for the fetch; 0: 60 s (RFC 8461 3.3) */
	const struct addr_net *allow;	/* fetch from no address outside these networks */
	size_t nallow;			/* 0: any address */
};

/*
 * Called once, never within sts_start. The result lives in the arena; sts_free may be called
 * within.
 */
typedef void sts_fn(void *ctx, const struct sts *);

struct sts_query;
struct sts_query *sts_start(const struct sts_way *, struct span domain, sts_fn *, void *ctx);
void sts_free(struct sts_query *);	/* also cancels; NULL is fine */

#endif
