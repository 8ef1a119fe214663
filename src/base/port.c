/* port - functions that not every system has. */
#include "base/port.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#ifdef PORT_FALLBACKS
#define PORT_HAS(function) 0
#else
#define PORT_HAS(function) HAVE_##function
#endif
/* Creating close-on-exec descriptors in one call: systems have all three or, like macOS, none. */
#if PORT_HAS(SOCK_CLOEXEC) && PORT_HAS(ACCEPT4) && PORT_HAS(PIPE2)
#define PORT_ONE_CALL 1
#else
#define PORT_ONE_CALL 0
#endif
#if PORT_HAS(GETENTROPY)
#include <sys/random.h>
#endif
#if PORT_HAS(__FPENDING)
#include <stdio_ext.h>
#endif

#if !PORT_ONE_CALL
/*
 * Sets the flags of a new descriptor. O_NONBLOCK may have to be cleared, because accept(2) of the
 * BSDs inherits it from the listener.
 */
static int
port_mark(int fd, bool nonblocking)
{
	int flags = fd >= 0 ? fcntl(fd, F_GETFL) : -1;
	int wanted = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;

	if (fd < 0)
		return fd;
	if (flags != -1 && (flags == wanted || fcntl(fd, F_SETFL, wanted) != -1) &&
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != -1)
		return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

static int
port_mark_both(int fds[2], bool nonblocking)
{
	if (port_mark(fds[0], nonblocking) < 0)
		close(fds[1]);
	else if (port_mark(fds[1], nonblocking) < 0)
		close(fds[0]);
	else
		return 0;
	return -1;
}

#endif

int
port_socket(int family, int type, int protocol, bool nonblocking)
{
#if PORT_ONE_CALL
	return socket(family, type | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), protocol);
#else
	return port_mark(socket(family, type, protocol), nonblocking);
#endif
}

int
port_pair(int pair[2], bool nonblocking)
{
#if PORT_ONE_CALL
	return socketpair(
	    AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0, pair);
#else
	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ? -1 : port_mark_both(pair, nonblocking);
#endif
}

int
port_accept(int fd, bool nonblocking)
{
#if PORT_ONE_CALL
	return accept4(fd, NULL, NULL, SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0));
#else
	return port_mark(accept(fd, NULL, NULL), nonblocking);
#endif
}

int
port_pipe(int ends[2])
{
#if PORT_ONE_CALL
	return pipe2(ends, O_CLOEXEC);
#else
	return pipe(ends) ? -1 : port_mark_both(ends, false);
#endif
}

bool
port_random(void *octets, size_t n)
{
#if PORT_HAS(GETENTROPY)
	return getentropy(octets, n) == 0;
#else
	unsigned char *at = octets;
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && n > 0) {
		ssize_t got = read(fd, at, n);
		if (got <= 0 && errno != EINTR)
			break;
		at += got > 0 ? got : 0;
		n -= got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	return n == 0;
#endif
}

void
port_wipe(void *memory, size_t n)
{
#if PORT_HAS(EXPLICIT_BZERO)
	explicit_bzero(memory, n);
#else
	volatile unsigned char *at = memory;

	while (n > 0)
		at[--n] = 0;
#endif
}

const void *
port_last(const void *octets, int value, size_t n)
{
#if PORT_HAS(MEMRCHR)
	return memrchr(octets, value, n);
#else
	const unsigned char *at = octets;

	while (n > 0)
		if (at[--n] == (unsigned char)value)
			return at + n;
	return NULL;
#endif
}

bool
port_is_pending(FILE *stream)
{
#if PORT_HAS(__FPENDING)
	return __fpending(stream) > 0;
#else
	(void)stream;
	return true;
#endif
}
