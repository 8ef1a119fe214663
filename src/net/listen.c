/* listen - a listening socket. */
#include "net/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

enum { ACCEPTS_A_TURN = 64, BACKLOG = 4096 };

struct listener {
	/* the spare one goes when there are no more: who comes then is closed, not left waiting */
	int fd, spare;
	struct loop_watch *watch;
	listen_fn *fn;
	void *ctx;
	struct addr addr;
};

/* Without this a listener that cannot accept would be ready for ever. */
static void
listen_turn_away(struct listener *l)
{
	close(l->spare);
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
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
		int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EMFILE)
				listen_turn_away(l);
			return;
		}
		l->fn(l->ctx, fd);
	}
}

/* A socket file that nobody listens on any more stands in the way of bind. */
static void
listen_remove_stale(const struct addr *at)
{
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (stat(at->un.sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    connect(fd, &at->any, at->len) != 0 && errno == ECONNREFUSED)
		unlink(at->un.sun_path);
	close(fd);
}

static int
listen_bound(const struct addr *at, struct err *err)
{
	char text[ADDR_TEXT];
	int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && addr_family(at) == 0)
		listen_remove_stale(at);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (fd < 0 || bind(fd, &at->any, at->len) != 0 || listen(fd, BACKLOG) != 0) {
		err_set(err, ERR_SYSTEM, "cannot listen on %s: %s%s", addr_text(at, text),
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
	if (addr_family(&l->addr) == 0)
		unlink(l->addr.un.sun_path);
	free(l);
}

const struct addr *
listen_addr(const struct listener *l)
{
	return &l->addr;
}
