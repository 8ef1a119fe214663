/* A listening socket that hands on every accepted descriptor, non-blocking and close-on-exec. */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include "net/addr.h"
#include "net/loop.h"

struct listener;

/* Parses what addr_parse_listen() does, or "unix:PATH". False with err (ERR_USAGE). */
bool listen_parse(struct addr *, struct span, struct err *);
/* The same as text; returns `out`. */
const char *listen_text(const struct addr *, char out[ADDR_TEXT]);

typedef void listen_fn(void *ctx, int fd);	/* the callee owns and closes the descriptor */

/*
 * Listens; port 0: the system chooses one. NULL with err: the address is in use, not local, or
 * not permitted.
 */
struct listener *listen_on(
    struct loop *, const struct addr *, listen_fn *, void *ctx, struct err *);
/*
 * The socket alone, and where it listens; -1 with err. A Unix socket is made for its owner and
 * group (mode 0660), in place of one that nobody listens on any more, and of nothing else.
 */
int listen_socket(const struct addr *, struct addr *bound, struct err *);
/* Removes a Unix socket that listen_socket() made, once its descriptor is closed. */
void listen_remove(const struct addr *bound);
/* Closes it and removes a Unix socket; NULL is fine. Descriptors it handed on stay open. */
void listen_free(struct listener *);
/* The address it listens on, with the port that the system chose for port 0. */
const struct addr *listen_addr(const struct listener *);

#endif
