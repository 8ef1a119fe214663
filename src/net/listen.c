/* listen - a listening socket. */
#include "net/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/port.h"

enum { ACCEPTS_A_TURN = 64, BACKLOG = 4096 };

struct listener {
	/* spare: reserved for closing a connection when descriptors run out */
	int fd, spare;
	struct loop_watch *watch;
	listen_fn *fn;
	void *ctx;
	struct addr addr;
};

/*
 * Accepts a connection and closes it when no descriptor is left (EMFILE): it would otherwise stay
 * in the queue, and the listener would be ready again at once.
 */
static void
listen_turn_away(struct listener *l)
{
	close(l->spare);
	int fd = port_accept(l->fd, false);
	if (fd >= 0)
		close(fd);
	l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
on_ready(void *ctx, unsigned ready)
{
	struct listener *l = ctx;

	(void)ready;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int fd = port_accept(l->fd, true);
		if (fd < 0) {
			if (errno == EMFILE)
				listen_turn_away(l);
			return;
		}
		l->fn(l->ctx, fd);
	}
}

bool
listen_parse(struct addr *a, struct span text, struct err *err)
{
	return span_starts(text, SPAN("unix:")) ? addr_unix(a, span_skip(text, 5), err) :
						  addr_parse_listen(a, text, err);
}

const char *
listen_text(const struct addr *a, char out[ADDR_TEXT])
{
	if (addr_family(a) != 0)
		return addr_text(a, out);
	snprintf(out, ADDR_TEXT, "unix:%s", a->un.sun_path);
	return out;
}

/* Removes a socket file on which nobody listens any more: bind(2) would fail with EADDRINUSE. */
static void
listen_remove_stale(const struct addr *at)
{
	struct stat st;
	int fd = port_socket(AF_UNIX, SOCK_STREAM, 0, false);

	if (fd < 0)
		return;
	if (lstat(at->un.sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    connect(fd, &at->any, at->len) != 0 && errno == ECONNREFUSED)
		unlink(at->un.sun_path);
	close(fd);
}

/* umask(2) sets the mode at creation: with chmod(2) others could connect before it. */
static int
listen_bind(int fd, const struct addr *at)
{
	if (addr_family(at) != 0)
		return bind(fd, &at->any, at->len);
	mode_t mask = umask(0117);
	int bound = bind(fd, &at->any, at->len);
	umask(mask);
	return bound;
}

static int
listen_bound(const struct addr *at, struct err *err)
{
	char text[ADDR_TEXT];
	int fd = port_socket(at->any.sa_family, SOCK_STREAM, 0, true);

	if (fd >= 0 && addr_family(at) == 0)
		listen_remove_stale(at);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (fd < 0 || listen_bind(fd, at) != 0 || listen(fd, BACKLOG) != 0) {
		err_set(err, ERR_SYSTEM, "cannot listen on %s: %s%s", listen_text(at, text),
		    strerror(errno),
		    errno == EADDRINUSE && addr_family(at) ? "; port 0 takes a free one" :
			errno == EACCES && addr_family(at) ? "; ports below 1024 are for root" :
							     "");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

int
listen_socket(const struct addr *at, struct addr *bound, struct err *err)
{
	int fd = listen_bound(at, err);

	bound->len = sizeof bound->un;
	if (fd >= 0)
		getsockname(fd, &bound->any, &bound->len);
	return fd;
}

void
listen_remove(const struct addr *bound)
{
	if (bound->any.sa_family == AF_UNIX)
		unlink(bound->un.sun_path);
}

struct listener *
listen_on(struct loop *loop, const struct addr *at, listen_fn *fn, void *ctx, struct err *err)
{
	struct addr bound = { 0 };
	int fd = listen_socket(at, &bound, err);

	if (fd < 0)
		return NULL;
	struct listener *l = memory_zeroed(sizeof *l);
	*l = (struct listener){ .fd = fd, .fn = fn, .ctx = ctx, .addr = bound };
	l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	l->watch = loop_watch(loop, fd, LOOP_READ, on_ready, l, err);
	if (l->watch)
		return l;
	listen_free(l);
	return NULL;
}

void
listen_free(struct listener *l)
{
	if (!l)
		return;
	loop_unwatch(l->watch);
	close(l->fd);
	close(l->spare);
	listen_remove(&l->addr);
	free(l);
}

const struct addr *
listen_addr(const struct listener *l)
{
	return &l->addr;
}
