/* One TLS layer over a descriptor, for net/conn.c. */
#ifndef NET_TLS_PRIV_H
#define NET_TLS_PRIV_H

#include "base/buf.h"
#include "net/tls_dane.h"

enum tls_status { TLS_DONE, TLS_WANT_READ, TLS_WANT_WRITE, TLS_CLOSED, TLS_TRUNCATED, TLS_FAILED };

struct tls;
bool tls_is_server(const struct tls_context *);
struct tls *tls_new(struct tls_context *, int fd, const struct tls_ask *, struct err *);
void tls_free(struct tls *);
enum tls_status tls_shake(struct tls *, struct err *);
enum tls_status tls_read(struct tls *, char *out, size_t size, size_t *got, struct err *);
enum tls_status tls_write(struct tls *, struct span, size_t *wrote, struct err *);
void tls_shut(struct tls *);
/*
 * Returns the peer's first 5 bytes when they are not the header of a TLS record (RFC 8446 5.1);
 * empty when they are, or when fewer have come.
 */
struct span tls_no_record(const struct tls *);
const struct tls_info *tls_describe(struct tls *, struct arena *);
void tls_write_pem(const struct tls *, struct buf *);	/* the chain, as sent */

/* Compares the TLSA records with the chain after a client's handshake; see conn_tls_dane. */
void tls_dane(const struct tls *, struct tls_dane *, struct arena *);
/* Writes the channel binding and returns its length in bytes; 0: there is none. */
size_t tls_binding(struct tls *, enum tls_binding, char out[TLS_BINDING_MAX]);

#endif
