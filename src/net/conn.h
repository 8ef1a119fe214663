/*
 * A non-blocking stream over one descriptor, dialed or accepted, with an optional TLS layer. Its
 * owner is told when reading or writing may be possible and then does so: a conn never reads or
 * writes by itself.
 *
 * TCP_NODELAY is always set. Before waiting, data that was read but not answered is acknowledged
 * at once (TCP_QUICKACK, where available): a delayed acknowledgment can stall the peer by 40 ms.
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
	/* conn_dial has connected; not sent after conn_over */
	CONN_UP,
	CONN_FAILED,		/* could not connect: see conn_err */
	CONN_TLS_UP,
	CONN_TLS_FAILED,	/* see conn_err; the stream is unusable from now on */
	CONN_READY,		/* try conn_read and conn_write again */
};
typedef void conn_fn(void *ctx, enum conn_news);

/*
 * Starts connecting, from source address `from` unless that is NULL; CONN_UP or CONN_FAILED
 * follows. Returns NULL and sets err when it fails at once.
 */
struct conn *conn_dial(struct loop *, const struct addr *to, const struct addr *from, conn_fn *,
    void *ctx, struct err *);
/*
 * Takes ownership of a connected descriptor and makes it non-blocking. Returns NULL and sets err on
 * failure; the descriptor is then closed.
 */
struct conn *conn_over(struct loop *, int fd, conn_fn *, void *ctx, struct err *);
void conn_free(struct conn *);			/* closes it; NULL is fine. No news afterwards */
/* Like conn_free, but resets a TCP connection (RST). Not for NULL. */
void conn_abort(struct conn *);
/* Gives it another owner; must not be called from conn_fn. */
void conn_set_owner(struct conn *, conn_fn *, void *ctx);

enum conn_status {
	CONN_OK,		/* some bytes were read or written */
	CONN_AGAIN,		/* not possible now; ask for CONN_READY with conn_want */
	CONN_EOF,		/* the peer closed; under TLS, with close_notify */
	CONN_TRUNCATED,		/* the peer closed TLS without close_notify */
	CONN_ERROR,		/* see conn_err and conn_was_reset */
};
/*
 * Read up to `size` bytes, or write some of the span. *got or *wrote is set to the number of bytes,
 * 0 unless CONN_OK.
 */
enum conn_status conn_read(struct conn *, char *out, size_t size, size_t *got);
enum conn_status conn_write(struct conn *, struct span, size_t *wrote);
/* Selects what to wait for; to be called before each wait. */
void conn_want(struct conn *, bool read, bool write);

/* Whether the peer has not acknowledged all written bytes yet; false where that is unknown. */
bool conn_unacknowledged(const struct conn *);

/* Ends writing (FIN; under TLS, close_notify first); reading goes on. */
void conn_shut(struct conn *);

/*
 * Starts a handshake, as client or server depending on the context; CONN_TLS_UP or CONN_TLS_FAILED
 * follows. There is no timeout. The context must live until conn_free. Returns false and sets err
 * when it could not be started, or when TLS is already active (ERR_PROTO).
 */
bool conn_tls(struct conn *, struct tls_context *, const struct tls_ask *, struct err *);
bool conn_is_tls(const struct conn *);
/* Writes the channel binding and returns its length in bytes; 0: no TLS, or no such binding. */
size_t conn_tls_binding(const struct conn *, enum tls_binding, char out[TLS_BINDING_MAX]);
/* Describes the TLS session in the arena. NULL before CONN_TLS_UP. */
const struct tls_info *conn_tls_info(const struct conn *, struct arena *);
/* Appends the certificates that the server presented, as PEM, its own first. */
void conn_tls_pem(const struct conn *, struct buf *);

/*
 * After CONN_TLS_UP: compares each TLSA record with the certificates and sets its result. Sets the
 * overall state too if that is DANE_USABLE or DANE_UNUSABLE.
 */
void conn_tls_dane(const struct conn *, struct tls_dane *, struct arena *);

/*
 * Returns up to 64 bytes of cleartext that came in place of a handshake; empty: none. They live as
 * long as the conn. *early: they came before our ClientHello was sent.
 */
struct span conn_plain(const struct conn *, bool *early);

/* Returns the last error, which lives as long as the conn; kind ERR_NONE: none. */
const struct err *conn_err(const struct conn *);
bool conn_was_reset(const struct conn *);
const struct addr *conn_peer(const struct conn *);
const struct addr *conn_local(const struct conn *);	/* .len 0 until known */

#endif
