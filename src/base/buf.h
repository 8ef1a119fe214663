/*
 * A byte queue with a maximum size: bytes are appended at the back and consumed at the front. It
 * holds no memory while it is empty, so thousands of idle connections cost nothing.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/span.h"

struct buf {
	char *mem;
	size_t head, tail, cap;		/* mem[head..tail) is what is queued */
	size_t max;
};

/* Initializes an empty buf; {0} with `max` set is one too. */
void buf_init(struct buf *, size_t max);
void buf_release(struct buf *);

/*
 * Append at the back. Return false and append nothing when the maximum would be exceeded. The span
 * must not lie in the same buf.
 */
bool buf_append(struct buf *, struct span);
bool buf_printf(struct buf *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Returns room at the back and sets *room to its size, at most `want` bytes, or returns NULL when
 * the buf is full. buf_commit appends the first n <= *room bytes that were written there.
 */
char *buf_reserve(struct buf *, size_t want, size_t *room);
void buf_commit(struct buf *, size_t n);

/* Returns what is queued; valid until the next append, reserve or consume. */
struct span buf_span(const struct buf *);
/* Removes n bytes from the front; n must not exceed what is queued. */
void buf_consume(struct buf *, size_t n);

#endif
