/*
 * Fetches one small text by HTTPS (libcurl), for MTA-STS. A shared module (base/module.h), opened
 * by https(). It neither waits nor resolves names: the caller watches the descriptors and sets the
 * timer that it asks for, as net/fetch.h does. The certificate must verify, and redirects are not
 * followed. Only the given addresses are connected to: the host name becomes part of a URL, where
 * some characters have a special meaning and could lead elsewhere.
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
	/* addresses of the host or of the proxy, all with the same port; no other is used */
	const struct addr *to;
	size_t nto;
	/* trusted certificates: a PEM file, and directories of hash links; NULL: none */
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
	bool untrusted;		/* failed because the certificate does not verify */
	long status;		/* 200 */
	struct span type;	/* "text/plain; charset=utf-8" */
	struct span text;	/* as the peer sent it */
};

struct https_get;
struct https {
	struct https_get *(*start)(
	    const struct https_opts *, const struct https_wait *, struct err *);
	/*
	 * To be called when `fd` is ready, or with fd -1 when the timer has fired. Returns the
	 * answer once the transfer is over; it lives until `free`, and `ready` must not be called
	 * again. NULL: not over yet.
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
