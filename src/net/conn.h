/*
 * A non-blocking stream over one descriptor, dialled or accepted, with an optional TLS layer. Its
 * owner is called when there is something to do and then asks for it: a conn never reads or writes
 * by itself.
 *
 * Wire manners: TCP_NODELAY always; before it waits, what was read and not answered is acknowledged
 * (TCP_QUICKACK, where the system has it: else replies stall by 40 ms).
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <stdint.h>
#include <sys/types.h>

#include "net/addr.h"
#include "net/loop.h"
#include "net/tls_dane.h"

struct conn;

enum conn_news {
	/* of conn_dial: connected. Of conn_over there is no such news: it is up */
	CONN_UP,
	CONN_FAILED,		/* could not connect: conn_err says why */
	CONN_TLS_UP,
	CONN_TLS_FAILED,	/* conn_err says why; the stream is of no more use */
	CONN_READY,		/* try conn_read and conn_write again */
};
typedef void conn_fn(void *ctx, enum conn_news);

/*
 * Begins to connect; `from` (may be NULL) is the source address. NULL with `err` when it fails at
 * once.
 */
struct conn *conn_dial(struct loop *, const struct addr *to, const struct addr *from, conn_fn *,
    void *ctx, struct err *);
/*
 * Over a connected descriptor, which it then owns: NULL with `err` has closed it. It is made
 * non-blocking.
 */
struct conn *conn_over(struct loop *, int fd, conn_fn *, void *ctx, struct err *);
void conn_free(struct conn *);			/* closes; NULL is fine. No news afterwards */
/* the same, with a reset where the transport has one */
void conn_abort(struct conn *);
void conn_set_owner(struct conn *, conn_fn *, void *ctx);	/* hands it on, between wake-ups */

enum conn_status {
	CONN_OK,		/* some octets were moved */
	CONN_AGAIN,		/* nothing now: CONN_READY will come, once conn_want asks for it */
	CONN_EOF,		/* the peer closed, under TLS with a close_notify */
	CONN_TRUNCATED,		/* under TLS the peer closed without close_notify */
	CONN_ERROR,		/* conn_err says what, and conn_was_reset whether it was a reset */
};
/*
 * At most `size` octets, or those of the span; how many were moved in *got or *wrote, 0 unless
 * CONN_OK.
 */
enum conn_status conn_read(struct conn *, char *out, size_t size, size_t *got);
enum conn_status conn_write(struct conn *, struct span, size_t *wrote);
/* to be said before each wait for something to read */
void conn_want(struct conn *, bool read, bool write);

/*
 * Octets that were written and that the peer's system has not acknowledged yet, where that can be
 * known.
 */
bool conn_unacknowledged(const struct conn *);

/* No more will be written (FIN, under TLS close_notify); reading goes on. */
void conn_shut(struct conn *);

/*
 * Begins a handshake; CONN_TLS_UP or CONN_TLS_FAILED follows, and no deadline is kept here. Of a
 * server nothing is asked. The context is used until conn_free. False with `err` (ERR_TLS,
 * ERR_SYSTEM): it was not begun.
 */
bool conn_tls(struct conn *, struct tls_context *, const struct tls_ask *, struct err *);
bool conn_is_tls(const struct conn *);
/* Octets of the channel binding; 0 without TLS, or when this TLS has none of the kind. */
size_t conn_tls_binding(const struct conn *, enum tls_binding, char out[TLS_BINDING_MAX]);
/* NULL before CONN_TLS_UP */
const struct tls_info *conn_tls_info(const struct conn *, struct arena *);

/*
 * After CONN_TLS_UP: gives each record its verdict and, unless they are insecure, the whole its
 * state.
 */
void conn_tls_dane(const struct conn *, struct tls_dane *, struct arena *);

/*
 * What came in the clear where TLS was to begin, at most 64 octets, alive as the conn; empty:
 * nothing did. `early`: before our own first flight went out.
 */
struct span conn_plain(const struct conn *, bool *early);

/* what failed last, alive as the conn; of kind ERR_NONE: nothing */
const struct err *conn_err(const struct conn *);
bool conn_was_reset(const struct conn *);
const struct addr *conn_peer(const struct conn *);
const struct addr *conn_local(const struct conn *);	/* .len 0 while not known */

#endif
