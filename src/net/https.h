/*
 * Getting one small text by HTTPS (libcurl), for MTA-STS. A shared module (base/module.h): https()
 * gets it. It neither waits nor looks names up: who starts one watches the descriptors that it
 * names and sets the timer that it asks for (net/fetch.h does). The certificate must verify;
 * nothing is followed to another place, and the addresses that may be connected to are those given:
 * the host's name goes into a URL, where an octet may have a meaning that nobody thought of.
 */
#ifndef NET_HTTPS_H
#define NET_HTTPS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/module.h"
#include "net/addr.h"

enum { HTTPS_TEXT_MAX = 64 << 10 };	/* RFC 8461 3.3 has senders bound it */

struct https_opts {
	const char *host, *path;	/* of the URL; the certificate must be the host's */
	/*
	 * the addresses of the host, or of the proxy: nothing else is connected to; all with one
	 * port
	 */
	const struct addr *to;
	size_t nto;
	/* certificates to trust, and a folder of hash links; NULL: none */
	const char *ca_file, *ca_folder;
	const char *proxy;		/* "socks5h://ADDR:PORT", "http://ADDR:PORT"; NULL: none */
	uint64_t timeout_ms;
};

struct https_wait {
	/* LOOP_READ | LOOP_WRITE; 0: it is gone */
	void (*watch)(void *ctx, int fd, unsigned want);
	void (*timer)(void *ctx, long ms);			/* -1: none */
	void *ctx;
};

struct https_answer {
	struct span why;	/* nothing was got; empty: an answer came */
	/* where it says that the text is, with a status of 3xx; nobody goes there */
	struct span location;
	bool untrusted;		/* because its certificate does not verify */
	long status;		/* 200 */
	struct span type;	/* "text/plain; charset=utf-8" */
	struct span text;	/* octets of the peer's */
};

struct https_get;
struct https {
	struct https_get *(*start)(
	    const struct https_opts *, const struct https_wait *, struct err *);
	/*
	 * `fd` is ready, or at -1 the timer. The answer when there is one, alive until `free`;
	 * NULL: go on. Never again after.
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
