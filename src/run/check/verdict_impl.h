/*
 * For the files of the verdict: fate.c, what one address does with the mail; senders.c, how each
 * class of sender fares with all addresses; verdict.c, findings, steps and conclusion.
 */
#ifndef RUN_CHECK_VERDICT_IMPL_H
#define RUN_CHECK_VERDICT_IMPL_H

#include "run/check/verdict.h"

/* One verdict in progress. */
struct weighing {
	const struct check *check;
	struct check_verdict *out;
	struct arena *arena;
	struct check_finding **end;
};

/* ---- one address */

enum check_fate verdict_fate(const struct check *, const struct check_address *);
enum concern verdict_concern(const struct diagnosis *);	/* whom a cause concerns in a check */
/*
 * Returns the diagnosis that says the check was greylisted; NULL: it was not. `look` may be NULL,
 * here and below.
 */
const struct diagnosis *verdict_greylisting(const struct check_look *);
bool verdict_holds_back(const struct check_look *);	/* a reply, longer than the check waited */
bool verdict_rejects_null_sender(const struct check_look *);
const struct check_address *verdict_address(const struct check *, size_t n);	/* NULL: no more */
/*
 * verdict_name returns "mx2 over IPv4"; verdict_first_line "550 5.1.1 No such user", empty without
 * a reply. Safe to show.
 */
struct span verdict_name(const struct weighing *, const struct check_address *);
struct span verdict_first_line(const struct weighing *, const struct check_address *);

/* ---- all addresses: sets ->class of the verdict from its fates and findings */

void verdict_weigh_senders(struct weighing *);

#endif
