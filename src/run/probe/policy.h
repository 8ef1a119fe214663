/*
 * What a domain asks of who sends to it: its MTA-STS policy (RFC 8461) and its TLSRPT record
 * (RFC 8460), both asked for at once, beside the probes of its MX.
 */
#ifndef RUN_PROBE_POLICY_H
#define RUN_PROBE_POLICY_H

#include "run/route/lookup.h"
#include "run/route/sts.h"

struct policy;
/* Told once, never from within policy_ask: both are known, or will not be. */
typedef void policy_fn(void *ctx);

/* All of it ends at way->env.until_us; what is found lives in way->env.arena. */
struct policy *policy_ask(const struct sts_way *, struct span domain, policy_fn *, void *ctx);
void policy_free(struct policy *);		/* also cancels; NULL is fine */

bool policy_is_known(const struct policy *);
const struct sts *policy_sts(const struct policy *);	/* never NULL once it is known */
/* What is wrong with the TLSRPT record; empty: nothing, or there is none. */
struct span policy_tlsrpt(const struct policy *);

#endif
