/* What is wrong with the records of a domain, and across its addresses. */
#ifndef RUN_CHECK_DOMAIN_H
#define RUN_CHECK_DOMAIN_H

#include "run/check/check.h"

/* The result of an address as a fact. */
enum fact_path check_path(const struct check_address *);

/* Diagnoses the domain, the cause first; NULL: nothing is wrong. In the arena. */
struct diagnosis *check_domain(const struct check *, struct arena *);

#endif
