/* A listening socket that hands on every accepted descriptor, non-blocking and close-on-exec. */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include "net/addr.h"
#include "net/loop.h"

struct listener;
typedef void listen_fn(void *ctx, int fd);	/* the callee owns and closes the descriptor */

/*
 * Listens; port 0: the system chooses one. NULL with err: the address is in use, not local, or
 * not permitted.
 */
struct listener *listen_on(
    struct loop *, const struct addr *, listen_fn *, void *ctx, struct err *);
/* The socket alone, and where it listens; -1 with err. */
int listen_socket(const struct addr *, struct addr *bound, struct err *);
/* Closes it and removes a Unix socket; NULL is fine. Descriptors it handed on stay open. */
void listen_free(struct listener *);
/* The address it listens on, with the port that the system chose for port 0. */
const struct addr *listen_addr(const struct listener *);

#endif
