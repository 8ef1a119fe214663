/* A listening socket: every accepted descriptor is handed on, non-blocking and close-on-exec. */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include "net/addr.h"
#include "net/loop.h"

struct listener;
typedef void listen_fn(void *ctx, int fd);	/* the descriptor is the callee's */

/* NULL with err: the address is taken, not ours, or not allowed. Port 0: the system chooses. */
struct listener *listen_on(
    struct loop *, const struct addr *, listen_fn *, void *ctx, struct err *);
/* closes, and removes a Unix socket; NULL is fine. What it handed on stays open */
void listen_free(struct listener *);
/* with the port that the system chose for port 0 */
const struct addr *listen_addr(const struct listener *);

#endif
