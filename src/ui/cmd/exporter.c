/* exporter - HTTP with libmicrohttpd, run by the caller's loop. */
#include "ui/cmd/exporter.h"

#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/arena.h"

/* SPARE: room for connections that were closed here but that libmicrohttpd still counts. */
enum {
	REQUEST_SECONDS = 30,
	HEADER_MOST = 8 << 10,
	MEMORY = 16 << 10,
	SPARE = 64,
	RUN_AGAIN_MS = 500,
	RUNS_A_TURN = 64,
	RUNS_OF_AN_ANSWER = 3,
	LOOK_AGAIN_MS = 20 /* without epoll */
};

struct client {
	struct client *next;
	struct MHD_Connection *connection;
	time_t since;			/* when it connected, or was last answered */
	/* a request waits for its answer; the connection was closed here */
	bool busy, ended;
};

struct server {
	struct MHD_Daemon *daemon;
	http_fn *fn;
	void *ctx;
	struct client *first, **last;	/* oldest first */
	unsigned n, most;		/* without those closed here */
	bool deletes;
	bool epoll; /* else it must run every LOOK_AGAIN_MS */
};

struct http_request {
	struct server *server;
	struct MHD_Connection *connection;
	struct MHD_Response *response;		/* NULL: not answered yet */
	unsigned status;
	bool told, suspended, deletes;
};

/*
 * ---- connections: the oldest one that waits for nothing makes room for a new one, so that silent
 * clients keep nobody out
 */

static time_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void
exporter_end(struct server *s, struct client *c)
{
	c->ended = true;
	s->n--;
	shutdown(
	    MHD_get_connection_info(c->connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
	    SHUT_RDWR);
}

static void
exporter_forget(struct server *s, struct client *gone)
{
	struct client **at = &s->first;

	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	if (!*at)
		s->last = at;
	s->n -= !gone->ended;
	free(gone);
}

static void
on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
	struct server *s = cls;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		exporter_forget(s, *socket_context);
		return;
	}
	struct client *oldest = s->first;
	while (oldest && (oldest->busy || oldest->ended))
		oldest = oldest->next;
	if (s->n == s->most && oldest)
		exporter_end(s, oldest);
	struct client *c = *socket_context = memory_zeroed(sizeof *c);
	c->connection = connection;
	c->since = now();
	*s->last = c;
	s->last = &c->next;
	s->n++;
}

static void
set_busy(struct MHD_Connection *connection, bool busy)
{
	struct client *c = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			       ->socket_context;

	c->busy = busy;
	c->since = now();
}

/* ---- requests */

/*
 * Headers that keep browsers from running anything, loading anything but our style, showing it in a
 * frame, guessing the type, and storing a copy.
 */
static void
exporter_add_headers(struct MHD_Response *response, const char *type)
{
	static const char *const fields[][2] = {
		{ "Content-Security-Policy",
		    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
		    "frame-ancestors 'none'; base-uri 'none'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cache-Control", "no-store" },
	};

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		MHD_add_response_header(response, fields[i][0], fields[i][1]);
}

static enum MHD_Result
exporter_refuse(struct MHD_Connection *connection, unsigned status, const char *text, bool deletes)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    strlen(text), (char *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);

	exporter_add_headers(response, "text/plain; charset=utf-8");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(
		    response, MHD_HTTP_HEADER_ALLOW, deletes ? "GET, HEAD, DELETE" : "GET, HEAD");
	enum MHD_Result result = MHD_queue_response(connection, status, response);

	MHD_destroy_response(response);
	return result;
}

/*
 * Is called when the headers have been received, and again when a suspended request has its answer.
 */
static enum MHD_Result
exporter_on_request(void *cls, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **con_cls)
{
	struct server *server = cls;
	struct http_request *r = *con_cls;

	(void)version, (void)upload;
	if (!r) {
		bool deletes = server->deletes && strcmp(method, MHD_HTTP_METHOD_DELETE) == 0;
		if (!deletes && strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
		    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
			return exporter_refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			    server->deletes ? "method not allowed; use GET, HEAD or DELETE\n" :
					      "method not allowed; use GET or HEAD\n",
			    server->deletes);
		/* A connection has twice this memory, which leaves room for the answer. */
		const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		    connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
		if (info && info->header_size > HEADER_MOST)
			return exporter_refuse(connection, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
			    "request headers are limited to 8192 bytes\n", false);
		r = *con_cls = memory_zeroed(sizeof *r);
		*r = (struct http_request){
			.server = server, .connection = connection, .deletes = deletes
		};
		return MHD_YES;
	}
	*upload_size = 0;
	if (!r->told) {
		r->told = true;
		server->fn(server->ctx, r, url);
	}
	if (r->response) {
		enum MHD_Result result = MHD_queue_response(connection, r->status, r->response);
		MHD_destroy_response(r->response);
		r->response = NULL;
		set_busy(connection, false);
		return result;
	}
	r->suspended = true;
	set_busy(connection, true);
	MHD_suspend_connection(connection);
	return MHD_YES;
}

static void
on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
    enum MHD_RequestTerminationCode code)
{
	struct http_request *r = *con_cls;

	(void)cls, (void)connection, (void)code;
	if (r && r->response)
		MHD_destroy_response(r->response);
	free(r);
	*con_cls = NULL;
}

/*
 * epoll is available on Linux. Elsewhere libmicrohttpd uses select(2): it must be polled, and
 * cannot serve connections whose descriptor is FD_SETSIZE or more.
 */
static bool
exporter_has_epoll(void)
{
#ifdef PORT_FALLBACKS
	return false;
#else
	return MHD_is_feature_supported(MHD_FEATURE_EPOLL) == MHD_YES;
#endif
}

static void *
exporter_start(int fd, unsigned most, bool deletes, http_fn *fn, void *ctx, struct err *err)
{
	struct server *s = memory_zeroed(sizeof *s);

	*s = (struct server){ .fn = fn, .ctx = ctx, .most = most, .deletes = deletes };
	s->last = &s->first;
	s->epoll = exporter_has_epoll();
	s->daemon = MHD_start_daemon(
	    (s->epoll ? MHD_USE_EPOLL : MHD_NO_FLAG) | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
	    exporter_on_request, s, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
	    most + SPARE, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, s, MHD_OPTION_END);
	if (s->daemon)
		return s;
	err_set(err, ERR_SYSTEM, "libmicrohttpd failed to start");
	free(s);
	return NULL;
}

static void
exporter_stop(void *server)
{
	MHD_stop_daemon(((struct server *)server)->daemon);
	free(server);
}

static int
epoll_fd(void *server)
{
	struct server *s = server;

	return s->epoll ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd : -1;
}

/*
 * With select(2), each run accepts one connection, and a suspended request needs three: to be
 * resumed, answered and written.
 */
static void
exporter_run_on(struct server *s)
{
	struct pollfd waiting = {
		.fd = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_LISTEN_FD)->listen_fd,
		.events = POLLIN
	};
	MHD_UNSIGNED_LONG_LONG ms;

	for (int i = 0; i < RUNS_A_TURN &&
	     (i < RUNS_OF_AN_ANSWER || poll(&waiting, 1, 0) > 0 ||
		 (MHD_get_timeout(s->daemon, &ms) == MHD_YES && ms == 0));
	     i++)
		MHD_run(s->daemon);
}

/*
 * Each run reads once from each connection, and epoll does not report what is left there (EPOLLET);
 * only a timeout of 0 tells.
 */
static unsigned
exporter_run(void *server)
{
	struct server *s = server;
	MHD_UNSIGNED_LONG_LONG ms;
	time_t before = now() - REQUEST_SECONDS;

	/*
	 * A whole request, and reading its answer, may take this long, however slowly data flows.
	 */
	for (struct client *c = s->first; c; c = c->next)
		if (!c->busy && !c->ended && c->since < before)
			exporter_end(s, c);
	MHD_run(s->daemon);
	if (!s->epoll)
		exporter_run_on(s);
	unsigned most = s->epoll ? RUN_AGAIN_MS : LOOK_AGAIN_MS;
	return MHD_get_timeout(s->daemon, &ms) == MHD_YES && ms < most ? (unsigned)ms : most;
}

static bool
is_delete(const struct http_request *r)
{
	return r->deletes;
}

static const char *
argument(struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

static const char *
header(struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

static void
exporter_answer_now(struct http_request *r, unsigned status, const char *type, struct span body)
{
	char *copy = memory_get(body.len + 1);

	if (body.len)
		memcpy(copy, body.at, body.len);
	r->status = status;
	r->response = MHD_create_response_from_buffer(body.len, copy, MHD_RESPMEM_MUST_FREE);
	exporter_add_headers(r->response, type);
	if (r->suspended) {
		r->suspended = false;
		set_busy(r->connection, false);
		MHD_resume_connection(r->connection);
	}
}

const struct http module_exporter = {
	.start = exporter_start,
	.stop = exporter_stop,
	.fd = epoll_fd,
	.run = exporter_run,
	.is_delete = is_delete,
	.argument = argument,
	.header = header,
	.answer = exporter_answer_now,
};
