/*
 * Connects to the first of several addresses that answers, as in RFC 8305: the next attempt
 * begins 250 ms after the last, or as soon as that one failed. Every attempt is reported; the
 * losers of the race are dropped.
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
 * Called once, at the end, with the connection, now the caller's (to be given an owner by
 * conn_set_owner), and its index in `addr`; or with NULL and why it failed. `err` lives until it
 * returns.
 */
typedef void dial_done_fn(void *ctx, struct conn *, size_t which, const struct err *);

struct dial_opts {
	const struct addr *from;	/* the source address; NULL: the system's choice */
	/* for each address; 0: 3 s when another one is left, and no limit for the last */
	uint64_t attempt_ms;
	/* tries each address only after the one before has failed, or after 3 s */
	bool in_order;
	dial_attempt_fn *attempt;
	dial_done_fn *done;
	void *ctx;
};

/*
 * Starts dialling. `addr` (n > 0 of them) must live until the end, the options need not. The last
 * failure is the one reported.
 */
struct dial *dial_start(
    struct loop *, const struct addr *addr, size_t n, const struct dial_opts *);
/* also cancels; allowed within dial_done_fn; NULL is fine */
void dial_free(struct dial *);

#endif
