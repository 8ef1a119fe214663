/*
 * Connects to the first of several addresses that answers, as RFC 8305 does: the next one is begun
 * 250 ms after the last, or at once when that failed. Every attempt is told; the losers of the race
 * are dropped.
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "net/conn.h"

struct dial_attempt {
	const struct addr *to;
	uint64_t took_us;
	bool up;
	const struct err *err;		/* why not, when not up */
};

struct dial;
typedef void dial_attempt_fn(void *ctx, const struct dial_attempt *);
/*
 * Told once, last, `err` until it returns: the connection, now the caller's (to be given an owner
 * by conn_set_owner), or NULL and why.
 */
typedef void dial_done_fn(void *ctx, struct conn *, size_t which, const struct err *);

/*
 * `addr`, n > 0 of them, must stay until the end. `from` may be NULL. Each address has attempt_ms;
 * 0: 3 s where another one is left, and the last has no limit. The last failure is told.
 */
struct dial *dial_start(struct loop *, const struct addr *addr, size_t n, const struct addr *from,
    uint64_t attempt_ms, dial_attempt_fn *, dial_done_fn *, void *ctx);
/* Of a dial just started: each address when the one before has failed, at the latest after 3 s. */
void dial_in_order(struct dial *);
void dial_free(struct dial *);		/* also cancels; from dial_done_fn too; NULL is fine */

#endif
