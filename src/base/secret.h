/* Secrets in memory, which are overwritten before the memory is freed. {0} is none. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/buf.h"

struct secret {
	char *at;
	size_t len;
};

/* Stores a copy, followed by a NUL; the previous value is wiped. */
void secret_set(struct secret *, struct span);
struct span secret_span(const struct secret *);
void secret_release(struct secret *);

/* Overwrites the bytes, which must lie in writable memory. */
void secret_wipe(struct span);

/* Overwrites all memory of a buf, including consumed bytes, and frees it. */
void secret_release_buf(struct buf *);

#endif
