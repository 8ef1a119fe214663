/* conn - a non-blocking stream over one descriptor. */
#include "net/conn.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sockios.h>
#endif

#include "base/arena.h"
#include "base/buf.h"
#include "base/port.h"
#include "net/tls_priv.h"

enum { PLAIN_MAX = 64 };

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
	/* data was read, and nothing written since that would have carried the acknowledgment */
	bool ack_due;
	bool shaking_began, plain_early, server;
	struct buf *plain;		/* cleartext received in place of TLS; NULL: none */
	struct addr peer, local;
	/* allocated on the first error, to save memory; NULL: none */
	struct err *err;
};

/* Returns the err to be set, which is allocated when there is none. */
static struct err *
conn_err_of(struct conn *c)
{
	if (!c->err)
		c->err = memory_zeroed(sizeof *c->err);
	return c->err;
}

static void
conn_came_up(struct conn *c)
{
	int one = 1;

	c->state = CONN_OPEN;
	c->local.len = sizeof c->local.un;
	if (getsockname(c->fd, &c->local.any, &c->local.len) != 0)
		c->local.len = 0;
	if (c->is_tcp)
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* Returns the usual words for the common errors, whatever strerror(3) says. */
static const char *
errno_text(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return "connection refused";
	case ETIMEDOUT:
		return "connection timed out";
	case ECONNRESET:
		return "connection reset by peer";
	case EHOSTUNREACH: case ENETUNREACH:
		return "no route to host";
	default:
		return strerror(error);
	}
}

static void
conn_finish_connect(struct conn *c)
{
	int error = 0;
	socklen_t len = sizeof error;
	char text[ADDR_TEXT];

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	loop_want(c->watch, 0);
	if (error == 0) {
		conn_came_up(c);
		c->fn(c->ctx, CONN_UP);
		return;
	}
	c->state = CONN_DEAD;
	err_set(
	    conn_err_of(c), ERR_CONNECT, "%s: %s", addr_text(&c->peer, text), errno_text(error));
	c->err->sys = error;
	c->fn(c->ctx, CONN_FAILED);
}

/* ---- the handshake, and cleartext in place of it */

static void
conn_keep_plain(struct conn *c, struct span first)
{
	char rest[PLAIN_MAX];
	ssize_t n = recv(c->fd, rest, sizeof rest - first.len, MSG_PEEK | MSG_DONTWAIT);

	if (first.len == 0 && n <= 0)
		return;
	if (!c->plain) {
		c->plain = memory_zeroed(sizeof *c->plain);
		buf_init(c->plain, PLAIN_MAX);
	}
	buf_append(c->plain, first);
	if (n > 0)
		buf_append(c->plain, (struct span){ rest, (size_t)n });
}

/*
 * A TLS client speaks first. Anything received before was injected, or the port does not use TLS.
 */
static bool
conn_spoke_too_early(struct conn *c)
{
	if (c->shaking_began || c->server)
		return false;
	c->shaking_began = true;
	conn_keep_plain(c, SPAN_NONE);
	c->plain_early = c->plain != NULL;
	if (c->plain_early)
		err_set(
		    conn_err_of(c), ERR_TLS, "the TLS handshake failed: the peer sent cleartext");
	return c->plain_early;
}

static void
conn_shaking_failed(struct conn *c)
{
	struct span first = c->server || c->plain_early ? SPAN_NONE : tls_no_record(c->tls);

	if (first.len > 0)
		conn_keep_plain(c, first);
	c->state = CONN_DEAD;
	loop_want(c->watch, 0);
	c->fn(c->ctx, CONN_TLS_FAILED);
}

static void
conn_shake_hands(struct conn *c)
{
	if (conn_spoke_too_early(c)) {
		conn_shaking_failed(c);
		return;
	}
	switch (tls_shake(c->tls, conn_err_of(c))) {
	case TLS_DONE:
		c->state = CONN_OPEN;
		c->tls_up = true;
		loop_want(c->watch, 0);
		c->fn(c->ctx, CONN_TLS_UP);
		return;
	case TLS_WANT_READ:
		loop_want(c->watch, LOOP_READ);
		return;
	case TLS_WANT_WRITE:
		loop_want(c->watch, LOOP_WRITE);
		return;
	default:
		conn_shaking_failed(c);
	}
}

static void
conn_on_ready(void *ctx, unsigned events)
{
	struct conn *c = ctx;
	(void)events;

	switch (c->state) {
	case CONN_CONNECTING:
		conn_finish_connect(c);
		break;
	case CONN_SHAKING:
		conn_shake_hands(c);
		break;
	case CONN_OPEN:
		c->fn(c->ctx, CONN_READY);
		break;
	case CONN_DEAD:
		loop_want(c->watch, 0);
		break;
	}
}

static struct conn *
conn_make(struct loop *loop, int fd, unsigned want, conn_fn *fn, void *ctx, struct err *err)
{
	struct conn *c = memory_zeroed(sizeof *c);

	*c = (struct conn){ .loop = loop, .fd = fd, .fn = fn, .ctx = ctx };
	c->watch = loop_watch(loop, fd, want, conn_on_ready, c, err);
	if (!c->watch) {
		close(fd);
		free(c);
		return NULL;
	}
	return c;
}

static int
conn_bound_socket(const struct addr *to, const struct addr *from, struct err *err)
{
	char text[ADDR_TEXT];
	int fd = port_socket(to->any.sa_family, SOCK_STREAM, 0, true);

	if (fd < 0) {
		err_set(err, ERR_SYSTEM, "%s: cannot create a socket: %s", addr_text(to, text),
		    strerror(errno));
		return -1;
	}
	if (from && from->len && bind(fd, &from->any, from->len) != 0) {
		err_set(err, ERR_CONNECT, "cannot use %s as the source address: %s",
		    addr_host(from, text), strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

struct conn *
conn_dial(struct loop *loop, const struct addr *to, const struct addr *from, conn_fn *fn, void *ctx,
    struct err *err)
{
	char text[ADDR_TEXT];
	int fd = conn_bound_socket(to, from, err);

	if (fd < 0)
		return NULL;
	/*
	 * If connect(2) succeeds at once (Unix sockets, loopback on some systems), the descriptor
	 * becomes writable all the same.
	 */
	if (connect(fd, &to->any, to->len) != 0 && errno != EINPROGRESS) {
		int error = errno;
		err_set(err, ERR_CONNECT, "%s: %s", addr_text(to, text), errno_text(error));
		if (err)
			err->sys = error;
		close(fd);
		return NULL;
	}
	struct conn *c = conn_make(loop, fd, LOOP_WRITE, fn, ctx, err);
	if (!c)
		return NULL;
	c->state = CONN_CONNECTING;
	c->peer = *to;
	c->is_tcp = addr_family(to) != 0;
	return c;
}

struct conn *
conn_over(struct loop *loop, int fd, conn_fn *fn, void *ctx, struct err *err)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	struct conn *c = conn_make(loop, fd, 0, fn, ctx, err);
	if (!c)
		return NULL;
	c->peer.len = sizeof c->peer.un;
	if (getpeername(fd, &c->peer.any, &c->peer.len) != 0)
		c->peer.len = 0;
	c->is_tcp = addr_family(&c->peer) != 0;
	conn_came_up(c);
	return c;
}

void
conn_free(struct conn *c)
{
	if (!c)
		return;
	loop_unwatch(c->watch);
	tls_free(c->tls);
	close(c->fd);
	if (c->plain)
		buf_release(c->plain);
	free(c->plain);
	free(c->err);
	free(c);
}

void
conn_abort(struct conn *c)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	conn_free(c);
}

void
conn_set_owner(struct conn *c, conn_fn *fn, void *ctx)
{
	c->fn = fn;
	c->ctx = ctx;
}

static enum conn_status
conn_status_of_tls(struct conn *c, enum tls_status status)
{
	switch (status) {
	case TLS_DONE:
		return CONN_OK;
	case TLS_WANT_READ: case TLS_WANT_WRITE:
		return CONN_AGAIN;
	case TLS_CLOSED:
		return CONN_EOF;
	case TLS_TRUNCATED:
		return CONN_TRUNCATED;
	default:
		conn_err_of(c)->sys = errno;
		c->reset |= errno == ECONNRESET || (errno == EPIPE && c->is_tcp);
		return CONN_ERROR;
	}
}

static enum conn_status
conn_io_failed(struct conn *c, const char *what)
{
	if (errno == EAGAIN || errno == EINTR)
		return CONN_AGAIN;
	int error = errno;
	/* EPIPE on a Unix socket is an ordinary close */
	c->reset |= error == ECONNRESET || (error == EPIPE && c->is_tcp);
	err_set(conn_err_of(c), ERR_PROTO, "%s: %s", what, errno_text(error));
	c->err->sys = error;
	return CONN_ERROR;
}

enum conn_status
conn_read(struct conn *c, char *out, size_t size, size_t *got)
{
	*got = 0;
	c->ack_due = c->is_tcp;
	if (c->tls_up)
		return conn_status_of_tls(c, tls_read(c->tls, out, size, got, conn_err_of(c)));

	ssize_t n = recv(c->fd, out, size, 0);
	if (n < 0 && errno == ENOTSOCK)
		n = read(c->fd, out, size);
	if (n < 0)
		return conn_io_failed(c, "reading");
	*got = (size_t)n;
	return n == 0 ? CONN_EOF : CONN_OK;
}

enum conn_status
conn_write(struct conn *c, struct span s, size_t *wrote)
{
	*wrote = 0;
	c->ack_due = false;
	if (c->tls_up)
		return conn_status_of_tls(c, tls_write(c->tls, s, wrote, conn_err_of(c)));

	ssize_t n = send(c->fd, s.at, s.len, MSG_NOSIGNAL);
	if (n < 0)
		return conn_io_failed(c, "writing");
	*wrote = (size_t)n;
	return CONN_OK;
}

/*
 * Sends an acknowledgment now and not after 40 ms: a peer that uses Nagle's algorithm waits for it
 * before it sends its next segment.
 */
static void
conn_acknowledge(struct conn *c)
{
#ifdef TCP_QUICKACK
	setsockopt(c->fd, IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 }, sizeof(int));
#endif
	c->ack_due = false;
}

void
conn_want(struct conn *c, bool read, bool write)
{
	if (read && c->ack_due)
		conn_acknowledge(c);
	if (c->state == CONN_OPEN)
		loop_want(c->watch, (read ? LOOP_READ : 0) | (write ? LOOP_WRITE : 0));
}

bool
conn_unacknowledged(const struct conn *c)
{
	int n = 0;

#ifdef SIOCOUTQ
	if (!c->is_tcp || ioctl(c->fd, SIOCOUTQ, &n) != 0)
		return false;
#endif
	return n > 0;
}

void
conn_shut(struct conn *c)
{
	if (c->tls_up)
		tls_shut(c->tls);
	shutdown(c->fd, SHUT_WR);
}

const struct err *
conn_err(const struct conn *c)
{
	static const struct err none;
	return c->err ? c->err : &none;
}

bool
conn_was_reset(const struct conn *c)
{
	return c->reset;
}

const struct addr *
conn_peer(const struct conn *c)
{
	return &c->peer;
}

const struct addr *
conn_local(const struct conn *c)
{
	return &c->local;
}

/* ---- TLS */

bool
conn_tls(struct conn *c, struct tls_context *context, const struct tls_ask *ask, struct err *err)
{
	assert(c->state == CONN_OPEN || c->tls);
	if (c->tls) /* the peer accepted a second STARTTLS (RFC 3207 4.2) */
		return err_set(err, ERR_PROTO, "TLS is already active and cannot be started twice");
	c->tls = tls_new(context, c->fd, ask, err);
	if (!c->tls)
		return false;
	c->server = tls_is_server(context);
	c->state = CONN_SHAKING;
	/* start from the loop, so that conn_fn is not called from here */
	loop_want(c->watch, LOOP_WRITE);
	return true;
}

bool
conn_is_tls(const struct conn *c)
{
	return c->tls_up;
}

size_t
conn_tls_binding(const struct conn *c, enum tls_binding which, char out[TLS_BINDING_MAX])
{
	return c->tls ? tls_binding(c->tls, which, out) : 0;
}

const struct tls_info *
conn_tls_info(const struct conn *c, struct arena *arena)
{
	return c->tls_up ? tls_describe(c->tls, arena) : NULL;
}

void
conn_tls_pem(const struct conn *c, struct buf *out)
{
	if (c->tls_up)
		tls_write_pem(c->tls, out);
}

void
conn_tls_dane(const struct conn *c, struct tls_dane *dane, struct arena *arena)
{
	if (c->tls_up)
		tls_dane(c->tls, dane, arena);
}

struct span
conn_plain(const struct conn *c, bool *early)
{
	*early = c->plain_early;
	return c->plain ? buf_span(c->plain) : SPAN_NONE;
}
