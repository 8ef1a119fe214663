/*
 * A non-blocking stream over one descriptor, dialled or accepted, with an optional TLS layer. Its
 * owner is told when there may be something to do and then reads or writes: a conn never does so
 * by itself.
 *
 * TCP_NODELAY is always set; before waiting, what was read and not answered is acknowledged at
 * once (TCP_QUICKACK, where the system has it), since replies otherwise stall by 40 ms.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "net/addr.h"
#include "net/loop.h"
#include "net/tls_dane.h"

struct conn;

enum conn_news {
	/* conn_dial has connected; a conn_over conn is up from the start */
	CONN_UP,
	CONN_FAILED,		/* could not connect: see conn_err */
	CONN_TLS_UP,
	CONN_TLS_FAILED,	/* see conn_err; the stream is unusable from now on */
	CONN_READY,		/* try conn_read and conn_write again */
};
typedef void conn_fn(void *ctx, enum conn_news);

/*
 * Begins to connect, from source address `from` unless that is NULL; CONN_UP or CONN_FAILED
 * follows. NULL with `err` when it fails at once.
 */
struct conn *conn_dial(struct loop *, const struct addr *to, const struct addr *from, conn_fn *,
    void *ctx, struct err *);
/*
 * Takes over a connected descriptor and makes it non-blocking. NULL with `err`: the descriptor
 * has been closed.
 */
struct conn *conn_over(struct loop *, int fd, conn_fn *, void *ctx, struct err *);
void conn_free(struct conn *);			/* closes it; NULL is fine. No news afterwards */
/* The same, with a reset (RST) where the transport has one. */
void conn_abort(struct conn *);
/* gives it another owner; not within conn_fn */
void conn_set_owner(struct conn *, conn_fn *, void *ctx);

enum conn_status {
	CONN_OK,		/* some octets were moved */
	CONN_AGAIN,		/* nothing now; conn_want asks for CONN_READY */
	CONN_EOF,		/* the peer closed; under TLS, with close_notify */
	CONN_TRUNCATED,		/* the peer closed TLS without close_notify */
	CONN_ERROR,		/* see conn_err and conn_was_reset */
};
/*
 * Read up to `size` octets, or write some of the span; *got or *wrote is how many, 0 unless
 * CONN_OK.
 */
enum conn_status conn_read(struct conn *, char *out, size_t size, size_t *got);
enum conn_status conn_write(struct conn *, struct span, size_t *wrote);
/* What to wait for; to be called before each wait. */
void conn_want(struct conn *, bool read, bool write);

/*
 * Whether octets were written that the peer's system has not acknowledged yet; false where that
 * cannot be known.
 */
bool conn_unacknowledged(const struct conn *);

/* Ends writing (FIN; under TLS, close_notify); reading goes on. */
void conn_shut(struct conn *);

/*
 * Begins a handshake, as client or server by the context; CONN_TLS_UP or CONN_TLS_FAILED follows,
 * without a deadline. A server passes NULL for tls_ask. The context must live until conn_free.
 * False with `err` (ERR_TLS, ERR_SYSTEM): it did not begin.
 */
bool conn_tls(struct conn *, struct tls_context *, const struct tls_ask *, struct err *);
bool conn_is_tls(const struct conn *);
/*
 * Writes the channel binding and returns its length in octets; 0 without TLS, or when this
 * session has none of the kind.
 */
size_t conn_tls_binding(const struct conn *, enum tls_binding, char out[TLS_BINDING_MAX]);
/* Describes the TLS session, in the arena. NULL before CONN_TLS_UP. */
const struct tls_info *conn_tls_info(const struct conn *, struct arena *);
/* Appends the certificates that the server presented as PEM, its own first. */
void conn_tls_pem(const struct conn *, struct buf *);

/*
 * After CONN_TLS_UP: judges each TLSA record and, unless the records are insecure, sets the
 * overall state.
 */
void conn_tls_dane(const struct conn *, struct tls_dane *, struct arena *);

/*
 * Cleartext that came where a handshake was due, up to 64 octets, alive as long as the conn;
 * empty: none. `early`: it came before our own first flight left.
 */
struct span conn_plain(const struct conn *, bool *early);

/* The last failure, alive as long as the conn; of kind ERR_NONE: none. */
const struct err *conn_err(const struct conn *);
bool conn_was_reset(const struct conn *);
const struct addr *conn_peer(const struct conn *);
const struct addr *conn_local(const struct conn *);	/* .len 0 until known */

#endif
