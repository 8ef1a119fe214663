/*
 * A byte queue with a maximum given at birth: octets go in at the back and come out at the front.
 * It holds no memory while it is empty, so thousands of idle connections cost nothing.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/span.h"

struct buf {
	char *mem;
	size_t head, tail, cap;		/* mem[head..tail) is what is queued */
	size_t max;
};

/* {0} with `max` set is an empty buf too. */
void buf_init(struct buf *, size_t max);
void buf_release(struct buf *);

/*
 * False when the bytes would exceed the maximum; then nothing is added. The span must not lie in
 * the same buf.
 */
bool buf_append(struct buf *, struct span);
bool buf_printf(struct buf *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Returns room for up to `want` bytes at the back, *room of them (fewer near the maximum), or
 * NULL when full. What was written there is added by buf_commit, n <= *room.
 */
char *buf_reserve(struct buf *, size_t want, size_t *room);
void buf_commit(struct buf *, size_t n);

/* What is queued; valid until the next append, reserve or consume. */
struct span buf_span(const struct buf *);
/* removes n bytes, no more than are queued, from the front */
void buf_consume(struct buf *, size_t n);

#endif
