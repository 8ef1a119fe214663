/* conn_tls - a conn's TLS: the handshake, and what came in the clear in its place. */
#include "net/conn_priv.h"

enum { PLAIN_MAX = 64 };

static void
keep_plain(struct conn *c, struct span first)
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
 * Whoever asks for TLS speaks first: what is there before that was slipped in, or it is no TLS
 * port.
 */
static bool
spoke_too_early(struct conn *c)
{
	if (c->shaking_began || c->server)
		return false;
	c->shaking_began = true;
	keep_plain(c, SPAN_NONE);
	c->plain_early = c->plain != NULL;
	if (c->plain_early)
		err_set(conn_err_of(c), ERR_TLS,
		    "the TLS handshake failed: the peer speaks in the clear");
	return c->plain_early;
}

static void
shaking_failed(struct conn *c)
{
	struct span first = c->server || c->plain_early ? SPAN_NONE : tls_no_record(c->tls);

	if (first.len > 0)
		keep_plain(c, first);
	c->state = CONN_DEAD;
	loop_want(c->watch, 0);
	c->fn(c->ctx, CONN_TLS_FAILED);
}

void
conn_shake(struct conn *c)
{
	if (spoke_too_early(c)) {
		shaking_failed(c);
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
		shaking_failed(c);
	}
}

bool
conn_tls(struct conn *c, struct tls_context *context, const struct tls_ask *ask, struct err *err)
{
	c->tls = tls_new(context, c->fd, ask, err);
	if (!c->tls)
		return false;
	c->server = tls_is_server(context);
	c->state = CONN_SHAKING;
	/* the first flight goes out from the loop, as all news must */
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
