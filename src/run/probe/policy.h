/*
 * What a domain asks of its senders: its MTA-STS policy (RFC 8461) and its TLSRPT record (RFC
 * 8460), both looked up at once, beside the probes of its MX hosts.
 */
#ifndef RUN_PROBE_POLICY_H
#define RUN_PROBE_POLICY_H

#include "run/route/lookup.h"
#include "run/route/sts.h"

struct policy;
/* Called once, never within policy_ask, when both are known or have failed. */
typedef void policy_fn(void *ctx);

/* Starts both; they end by way->env.until_us, and what is found lives in way->env.arena. */
struct policy *policy_ask(const struct sts_way *, struct span domain, policy_fn *, void *ctx);
void policy_free(struct policy *);		/* also cancels; NULL is fine */

bool policy_is_known(const struct policy *);
const struct sts *policy_sts(const struct policy *);	/* never NULL once policy_is_known */
/* What is wrong with the TLSRPT record; empty: nothing, or no record. */
struct span policy_tlsrpt(const struct policy *);

#endif
