/* Octets that must not outlive their use: wiped before the memory is given back. {0} is none. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/buf.h"

struct secret {
	char *at;
	size_t len;
};

/* Keeps a copy, followed by a NUL; the previous value is wiped. */
void secret_set(struct secret *, struct span);
struct span secret_span(const struct secret *);
void secret_release(struct secret *);

/* overwrites octets, which must lie in writable memory */
void secret_wipe(struct span);

/* Wipes all that a buf's memory holds, sent or not, and frees it. */
void secret_release_buf(struct buf *);

#endif
