/* What is wrong with a domain's records, and with its addresses as a whole. */
#ifndef RUN_CHECK_DOMAIN_H
#define RUN_CHECK_DOMAIN_H

#include "run/check/check.h"

/* Returns the result of an address as a fact. */
enum fact_path check_path(const struct check_address *);

/*
 * Diagnoses the domain. Returns a list with the root cause first, in the arena; NULL: nothing is
 * wrong.
 */
struct diagnosis *check_domain(const struct check *, struct arena *);

#endif
