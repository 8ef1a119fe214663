/*
 * HTTP for `smtpsh exporter`, over libmicrohttpd (src/ui/cmd/exporter.c, a module): requests are
 * told, answered when their time comes, and bounded in number, size and time. GET and HEAD only; it
 * has no thread of its own.
 */
#ifndef UI_CMD_EXPORTER_H
#define UI_CMD_EXPORTER_H

#include "base/err.h"
#include "base/module.h"

struct http_request;
/* each is answered once, now or later */
typedef void http_fn(void *ctx, struct http_request *, const char *path);

struct http {
	/*
	 * Over a listening socket, which it then owns. Of `most` connections the oldest that waits
	 * for no answer makes room.
	 */
	void *(*start)(int fd, unsigned most, http_fn *, void *ctx, struct err *);
	void (*stop)(void *);			/* every request has been answered */
	int (*fd)(void *);			/* readable when `run` has something to do */
	/* so many ms later it is to be run again, readable or not */
	unsigned (*run)(void *);
	/* NULL: it has none */
	const char *(*argument)(struct http_request *, const char *name);
	const char *(*header)(struct http_request *, const char *name);
	void (*answer)(struct http_request *, unsigned status, const char *type, struct span body);
};
extern const struct http module_exporter MODULE_EXPORT;

static inline const struct http *
http(struct err *err)
{
	return module_open(MODULE_EXPORTER, MODULE_LINKED_EXPORTER, err);
}

#endif
