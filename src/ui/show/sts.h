/*
 * MTA-STS in words, in the arena: for /cert and for resolve. The peer's octets in them are safe
 * to show.
 */
#ifndef UI_SHOW_STS_H
#define UI_SHOW_STS_H

#include "run/route/sts.h"

/*
 * "example.org says enforce (for 7 days, id 20240101): mx1.example.org, *.example.org", or why
 * there is no policy.
 */
struct span sts_policy_words(struct arena *, const struct sts *);

/*
 * What a sender that honours it does with mail for this MX; empty: nothing special. *bad: it does
 * not deliver there.
 */
struct span sts_verdict_words(
    struct arena *, const struct sts *, enum sts_verdict, struct span host, bool *bad);

#endif
