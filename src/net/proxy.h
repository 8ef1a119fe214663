/*
 * A way through a proxy: SOCKS5 (RFC 1928, RFC 1929) or HTTP CONNECT (RFC 9110 9.3.6), spoken over
 * a connection to the proxy until it has one to the target. It reads no octet more than the proxy's
 * own, so what the target says first is still to be read.
 */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include "net/conn.h"

enum proxy_kind { PROXY_NONE, PROXY_SOCKS5, PROXY_HTTP };

struct proxy_opts {
	enum proxy_kind kind;
	struct addr addr;
	const char *text;		/* as given, for messages */
};

/*
 * "socks5://HOST:PORT" or "http://HOST:PORT"; HOST is looked up now, by the system, which may take
 * its time. `text` is kept.
 */
bool proxy_parse(struct proxy_opts *, const char *text, struct err *);

struct proxy;
/* Told once: the connection, which is through and the caller's again, or NULL and why. */
typedef void proxy_fn(void *ctx, struct conn *, const struct err *);

/*
 * Takes the connection, and keeps no deadline. `host` is a name or a literal; it lives as long as
 * the proxy.
 */
struct proxy *proxy_begin(const struct proxy_opts *, struct conn *, struct span host, unsigned port,
    proxy_fn *, void *ctx);
void proxy_free(struct proxy *);	/* also cancels; NULL is fine */

#endif
