/* What a conn is made of, for conn.c and conn_tls.c alone. */
#ifndef NET_CONN_PRIV_H
#define NET_CONN_PRIV_H

#include "base/buf.h"
#include "net/conn.h"
#include "net/tls_priv.h"

enum conn_state { CONN_CONNECTING, CONN_SHAKING, CONN_OPEN, CONN_DEAD };

struct conn {
	struct loop *loop;
	struct loop_watch *watch;
	int fd;
	enum conn_state state;
	conn_fn *fn;
	void *ctx;
	struct tls *tls;
	bool tls_up, is_tcp, reset;
	/* read, and nothing written since that would have carried one */
	bool owes_ack;
	bool shaking_began, plain_early, server;
	struct buf *plain;		/* what came in the place of TLS; NULL: nothing yet */
	struct addr peer, local;
	/* NULL until something failed: thousands of conns never do */
	struct err *err;
};

struct err *conn_err_of(struct conn *);		/* to be set: made when there is none yet */
/* goes on with the handshake, and tells when it is over */
void conn_shake(struct conn *);

#endif
