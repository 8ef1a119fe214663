/*
 * Connects through a proxy, SOCKS5 (RFC 1928, RFC 1929) or HTTP CONNECT (RFC 9110 9.3.6), over a
 * connection to it. It reads no octet beyond the proxy's own, so what the target sends first is
 * still to be read.
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
 * Parses "socks5://HOST:PORT" or "http://HOST:PORT"; HOST is resolved now, by the system, which
 * may take a while. `text` is kept, not copied. False with err.
 */
bool proxy_parse(struct proxy_opts *, const char *text, struct err *);

struct proxy;
/*
 * Called once, with the connection, now one to the target and the caller's again, or NULL and
 * why.
 */
typedef void proxy_fn(void *ctx, struct conn *, const struct err *);

/*
 * Takes over the connection; has no deadline of its own. `host` is a name or a literal, which
 * must live as long as the proxy.
 */
struct proxy *proxy_begin(const struct proxy_opts *, struct conn *, struct span host, unsigned port,
    proxy_fn *, void *ctx);
void proxy_free(struct proxy *);	/* also cancels; NULL is fine */

#endif
