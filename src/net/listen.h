/*
 * A listening socket. Every accepted descriptor is passed to a callback, non-blocking and
 * close-on-exec.
 */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include "net/addr.h"
#include "net/loop.h"

struct listener;

/*
 * Parses an address to listen on: "unix:PATH", or any form that addr_parse_listen() accepts.
 * Returns false and sets err (ERR_USAGE) for anything else.
 */
bool listen_parse(struct addr *, struct span, struct err *);
/* Writes the address as listen_parse() reads it, and returns `out`. */
const char *listen_text(const struct addr *, char out[ADDR_TEXT]);

typedef void listen_fn(void *ctx, int fd);	/* the callee owns the descriptor */

/*
 * Starts listening and calls listen_fn for every accepted connection. With port 0 the system
 * chooses a port. Returns NULL and sets err when the address is in use, not local, or not
 * permitted.
 */
struct listener *listen_on(
    struct loop *, const struct addr *, listen_fn *, void *ctx, struct err *);
/*
 * Creates a listening socket without a loop, and sets *bound to the address it is bound to. Returns
 * -1 and sets err on failure. A Unix socket is created with mode 0660. It replaces a stale socket
 * on which nobody listens, and no other kind of file.
 */
int listen_socket(const struct addr *, struct addr *bound, struct err *);
/* Removes the file of a Unix socket of listen_socket(), whose descriptor was closed before. */
void listen_remove(const struct addr *bound);
/* Closes the socket, removes a Unix socket's file; accepted descriptors stay open. NULL is fine. */
void listen_free(struct listener *);
/* Returns the address it listens on, with the port that the system chose for port 0. */
const struct addr *listen_addr(const struct listener *);

#endif
