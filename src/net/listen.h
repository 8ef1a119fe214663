/* A listening socket: every accepted descriptor is handed on, non-blocking and close-on-exec. */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include "net/addr.h"
#include "net/loop.h"

struct listener;
typedef void listen_fn(void *ctx, int fd);	/* the descriptor is the callee's */

struct listener *listen_on(struct loop *, const struct addr *, listen_fn *, void *ctx, struct err *);
void listen_free(struct listener *);
const struct addr *listen_addr(const struct listener *);	/* with the port that the system chose for port 0 */

#endif
