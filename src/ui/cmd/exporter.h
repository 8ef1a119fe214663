/*
 * HTTP for `smtpsh exporter` and `smtpsh serve --api`, over libmicrohttpd (src/ui/cmd/exporter.c, a
 * module). Requests are passed to the owner, who answers them at once or later; their number, size
 * and duration are bounded. Only GET, HEAD and, on request, DELETE are accepted. It has no thread
 * of its own.
 */
#ifndef UI_CMD_EXPORTER_H
#define UI_CMD_EXPORTER_H

#include "base/err.h"
#include "base/module.h"

struct http_request;
/* Is called with each request, which must be answered exactly once, now or later. */
typedef void http_fn(void *ctx, struct http_request *, const char *path);

struct http {
	/*
	 * Serves on a listening socket, which it owns from then on. Beyond `most` connections, the
	 * oldest one without a request is closed. On failure, returns NULL, sets err, and leaves
	 * the socket to the caller.
	 */
	void *(*start)(int fd, unsigned most, bool deletes, http_fn *, void *ctx, struct err *);
	void (*stop)(void *);			/* every request must have been answered */
	/* a descriptor, readable when `run` has something to do; -1: only the time tells */
	int (*fd)(void *);
	/*
	 * Handles what was received. Returns the number of milliseconds after which it must run
	 * again even if nothing is readable.
	 */
	unsigned (*run)(void *);
	bool (*is_delete)(const struct http_request *);
	/* the value of a query argument or of a header field; NULL: none */
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
