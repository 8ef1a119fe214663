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
 * False when the bytes would pass the maximum; then nothing is added. The span must not lie in the
 * same buf.
 */
bool buf_append(struct buf *, struct span);
bool buf_printf(struct buf *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Room for at most `want` bytes at the back (less near the maximum, said in *room; NULL when full),
 * then buf_commit, n <= *room.
 */
char *buf_reserve(struct buf *, size_t want, size_t *room);
void buf_commit(struct buf *, size_t n);

/* what is queued, until the next append, reserve or consume */
struct span buf_span(const struct buf *);
void buf_consume(struct buf *, size_t n);	/* takes n bytes, of those queued, off the front */

#endif
