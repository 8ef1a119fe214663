/*
 * HTTP for `smtpsh exporter` and `smtpsh serve --api`, over libmicrohttpd (src/ui/cmd/exporter.c, a
 * module): requests are reported, answered later, and bounded in number, size and time. GET, HEAD
 * and, on request, DELETE only; it has no thread of its own.
 */
#ifndef UI_CMD_EXPORTER_H
#define UI_CMD_EXPORTER_H

#include "base/err.h"
#include "base/module.h"

struct http_request;
/* each request must be answered once, now or later */
typedef void http_fn(void *ctx, struct http_request *, const char *path);

struct http {
	/*
	 * Serves on a listening socket, which it then owns. Beyond `most` connections, the oldest
	 * one without a request is closed. NULL with err.
	 */
	void *(*start)(int fd, unsigned most, bool deletes, http_fn *, void *ctx, struct err *);
	void (*stop)(void *);			/* every request must have been answered */
	/* readable when `run` has something to do; -1 where only the time tells that */
	int (*fd)(void *);
	/*
	 * Handles what came; returns after how many milliseconds it must be run again, readable
	 * or not.
	 */
	unsigned (*run)(void *);
	bool (*is_delete)(const struct http_request *);
	/* a query argument, a header field; NULL: none */
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
