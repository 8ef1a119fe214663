/*
 * Gets one small text by HTTPS (libcurl), for MTA-STS. A shared module (base/module.h), got by
 * https(). It neither waits nor resolves names: its caller watches the descriptors and sets the
 * timer that it asks for (net/fetch.h does). The certificate must verify, redirects are not
 * followed, and only the given addresses are connected to, since the host name goes into a URL,
 * where an octet may have a special meaning.
 */
#ifndef NET_HTTPS_H
#define NET_HTTPS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/module.h"
#include "net/addr.h"

enum { HTTPS_TEXT_MAX = 64 << 10 };	/* RFC 8461 3.3 lets senders limit it */

struct https_opts {
	const char *host, *path;	/* of the URL; the certificate must match the host */
	/*
	 * the addresses of the host, or of the proxy, all with one port: nothing else is
	 * connected to
	 */
	const struct addr *to;
	size_t nto;
	/* a file of certificates to trust, and a directory of hash links; NULL: none */
	const char *ca_file, *ca_folder;
	const char *proxy;		/* "socks5h://ADDR:PORT", "http://ADDR:PORT"; NULL: none */
	uint64_t timeout_ms;
};

struct https_wait {
	/* LOOP_READ | LOOP_WRITE; 0: stop watching */
	void (*watch)(void *ctx, int fd, unsigned want);
	void (*timer)(void *ctx, long ms);			/* -1: no timer */
	void *ctx;
};

struct https_answer {
	struct span why;	/* why nothing was received; empty: an answer came */
	/* the Location of a 3xx answer; not followed */
	struct span location;
	bool untrusted;		/* it failed because the certificate does not verify */
	long status;		/* 200 */
	struct span type;	/* "text/plain; charset=utf-8" */
	struct span text;	/* as the peer sent it */
};

struct https_get;
struct https {
	struct https_get *(*start)(
	    const struct https_opts *, const struct https_wait *, struct err *);
	/*
	 * Called when `fd` is ready, or with -1 when the timer fired. Returns the answer once
	 * there is one, alive until `free`, and must not be called again then; NULL: go on.
	 */
	const struct https_answer *(*ready)(struct https_get *, int fd, unsigned ready);
	void (*free)(struct https_get *);
};
extern const struct https module_https MODULE_EXPORT;

static inline const struct https *
https(struct err *err)
{
	return module_open(MODULE_HTTPS, MODULE_LINKED_HTTPS, err);
}

#endif
