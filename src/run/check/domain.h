/* What the records of a domain say that is wrong, and what its addresses have to do with each
 * other. */
#ifndef RUN_CHECK_DOMAIN_H
#define RUN_CHECK_DOMAIN_H

#include "run/check/check.h"

/* What became of an address, as a fact. */
enum fact_path check_path(const struct check_address *);

/* The cause first; NULL: nothing is wrong. In the arena. */
struct diagnosis *check_domain(const struct check *, struct arena *);

#endif
