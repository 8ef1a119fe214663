/*
 * The names that the DNS has for one address (PTR), and whether they point back to it, as receivers
 * of mail ask.
 */
#ifndef RUN_PROBE_REVERSE_H
#define RUN_PROBE_REVERSE_H

#include "run/route/lookup.h"

struct session_env;
struct reverse;
/*
 * Told once, never from within reverse_start; it lives in the arena. NULL: it could not be asked.
 */
typedef void reverse_fn(void *ctx, const struct lookup_address *);

struct reverse *reverse_start(struct session_env *, const struct addr *, uint64_t deadline_ms,
    struct arena *, reverse_fn *, void *ctx);
void reverse_free(struct reverse *);		/* also cancels; NULL is fine */

#endif
