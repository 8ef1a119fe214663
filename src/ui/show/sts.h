/*
 * sts - MTA-STS in words, for /cert and `resolve`. The texts live in the arena and are safe to
 * show.
 */
#ifndef UI_SHOW_STS_H
#define UI_SHOW_STS_H

#include "run/route/sts.h"

/*
 * Returns the policy, "example.org says enforce (for 7 days, id 20240101): mx1.example.org,
 * *.example.org", or why there is none.
 */
struct span sts_policy_words(struct arena *, const struct sts *);

/*
 * Returns what a sender that honors the policy does with mail for this MX; empty: nothing special.
 * *bad: it does not deliver there.
 */
struct span sts_verdict_words(
    struct arena *, const struct sts *, enum sts_verdict, struct span host, bool *bad);

#endif
