/*
 * Connects to the first of several addresses that answers (RFC 8305): the next attempt begins
 * 250 ms after the previous one, or as soon as one has failed. Once an attempt succeeds, the others
 * are dropped. Every attempt that succeeds or fails is reported.
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "net/conn.h"

struct dial_attempt {
	const struct addr *to;
	uint64_t took_us;
	bool up;
	const struct err *err;		/* why it failed; NULL when up */
};

struct dial;
typedef void dial_attempt_fn(void *ctx, const struct dial_attempt *);
/*
 * Is called once, at the end: with the connection and the index of its address, or with NULL and
 * the error, which lives until the function returns. The connection then belongs to the callee,
 * which has to call conn_set_owner.
 */
typedef void dial_done_fn(void *ctx, struct conn *, size_t which, const struct err *);

struct dial_opts {
	const struct addr *from;	/* the source address; NULL: the system's choice */
	/* timeout for each address; 0: unlimited for the last one, 3 s for the others */
	uint64_t attempt_ms;
	/* begin the next attempt only when one has failed; all but the last time out after 3 s */
	bool in_order;
	dial_attempt_fn *attempt;
	dial_done_fn *done;
	void *ctx;
};

/*
 * Starts connecting to n > 0 addresses, which must live until dial_free; the options are copied.
 * When all attempts fail, dial_done_fn gets the error of the last one to fail.
 */
struct dial *dial_start(
    struct loop *, const struct addr *addr, size_t n, const struct dial_opts *);
/* Also cancels; may be called from dial_done_fn. NULL is fine. */
void dial_free(struct dial *);

#endif
