/*
 * Reaches a target through a proxy, by SOCKS5 (RFC 1928, RFC 1929) or HTTP CONNECT (RFC 9110
 * 9.3.6), over an established connection to the proxy. Nothing is read beyond the proxy's own
 * reply, so the target's first bytes are left for the caller.
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
 * Parses "socks5://HOST:PORT" or "http://HOST:PORT". Resolves HOST at once with the system's
 * resolver, which may block. `text` is kept, not copied. Returns false and sets err on failure.
 */
bool proxy_parse(struct proxy_opts *, const char *text, struct err *);

struct proxy;
/*
 * Is called once: with the connection, which now leads to the target and belongs to the caller
 * again, or with NULL and the error.
 */
typedef void proxy_fn(void *ctx, struct conn *, const struct err *);

/*
 * Asks the proxy to connect to `host`, a name or an address literal, which must live as long as
 * the struct proxy. Takes ownership of the connection. There is no timeout: the caller has to
 * set its own and call proxy_free.
 */
struct proxy *proxy_begin(const struct proxy_opts *, struct conn *, struct span host, unsigned port,
    proxy_fn *, void *ctx);
void proxy_free(struct proxy *);	/* also cancels; NULL is fine */

#endif
