/*
 * What a domain asks of its senders: its MTA-STS policy (RFC 8461) and its TLSRPT record (RFC
 * 8460), looked up in parallel while its MX hosts are probed.
 */
#ifndef RUN_PROBE_POLICY_H
#define RUN_PROBE_POLICY_H

#include "run/route/lookup.h"
#include "run/route/sts.h"

struct policy;
/* Called once, never within policy_ask, when both are known or have failed. */
typedef void policy_fn(void *ctx);

/*
 * Starts both lookups. They end by way->env.until_us; results live in way->env.arena. The caller
 * frees with policy_free.
 */
struct policy *policy_ask(const struct sts_way *, struct span domain, policy_fn *, void *ctx);
void policy_free(struct policy *);		/* also cancels; NULL is fine */

bool policy_is_known(const struct policy *);
const struct sts *policy_sts(const struct policy *);	/* never NULL once policy_is_known */
/* Returns what is wrong with the TLSRPT record; empty: nothing, or there is no record. */
struct span policy_tlsrpt(const struct policy *);

#endif
