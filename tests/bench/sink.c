/*
 * sink - a server for measuring clients: banner, 250 to everything, 221; one thread, epoll, as
 * little as can be. usage: sink [HOLD [CHAIN KEY]]: no answer to the last EHLO until HOLD clients
 * wait for it, so that so many are in flight at once; with a certificate it offers STARTTLS, and
 * the last EHLO is the one under TLS. Prints its port.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 32768 };		/* descriptors */

static struct client { SSL *ssl; bool up; } clients[MOST];
static struct { int fd[MOST]; int n, until; } held;
static SSL_CTX *tls;

static void
say(int fd, const char *text)
{
	SSL *ssl = clients[fd].ssl;
	ssize_t n = ssl ? SSL_write(ssl, text, (int)strlen(text)) :
			  send(fd, text, strlen(text), MSG_NOSIGNAL);
	(void)n;
}

static void
hang_up(int fd)
{
	if (clients[fd].ssl)
		SSL_shutdown(clients[fd].ssl);
	SSL_free(clients[fd].ssl);
	clients[fd] = (struct client){ 0 };
	close(fd);
}

static void
hold(int fd, const char *reply)
{
	held.fd[held.n++] = fd;
	if (held.n < held.until)
		return;
	for (int i = 0; i < held.n; i++)
		say(held.fd[i], reply);
	held.n = 0;
}

static void
answer(int fd, const char *line)
{
	bool ehlo = strncasecmp(line, "EHLO", 4) == 0;

	if (strncasecmp(line, "QUIT", 4) == 0) {
		say(fd, "221 bye\r\n");
		hang_up(fd);
	} else if (ehlo && tls && !clients[fd].ssl) {
		say(fd,
		    "250-sink.example\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 SIZE 10240000\r\n");
	} else if (ehlo) {
		hold(fd, "250-sink.example\r\n250-PIPELINING\r\n250 SIZE 10240000\r\n");
	} else if (tls && strncasecmp(line, "STARTTLS", 8) == 0) {
		say(fd, "220 go\r\n");
		clients[fd].ssl = SSL_new(tls);
		SSL_set_fd(clients[fd].ssl, fd);
	} else {
		say(fd, "250 ok\r\n");
	}
}

static void
hear(int fd)
{
	struct client *c = &clients[fd];
	char line[4096];
	ssize_t n;

	if (c->ssl && !c->up) {
		n = SSL_accept(c->ssl);
		c->up = n == 1;
		if (!c->up && SSL_get_error(c->ssl, (int)n) != SSL_ERROR_WANT_READ) {
			hang_up(fd);
			return;
		}
	}
	if (c->ssl && !c->up)
		return;
	n = c->ssl ? SSL_read(c->ssl, line, sizeof line - 1) : recv(fd, line, sizeof line - 1, 0);
	if (n <= 0 && c->ssl && SSL_get_error(c->ssl, (int)n) == SSL_ERROR_WANT_READ)
		return;
	if (n <= 0) {
		hang_up(fd);
		return;
	}
	line[n] = '\0';
	answer(fd, line);
}

static void
take(int listener, int poll)
{
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		epoll_ctl(poll, EPOLL_CTL_ADD, fd, &ev);
		say(fd, "220 sink.example ESMTP\r\n");
	}
}

static bool
use_certificate(const char *chain, const char *key)
{
	tls = SSL_CTX_new(TLS_server_method());
	return SSL_CTX_use_certificate_chain_file(tls, chain) == 1 &&
	    SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) == 1;
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in at = { .sin_family = AF_INET };	/* all of 127/8 */
	socklen_t len = sizeof at;
	struct rlimit limit = { 0 };
	struct epoll_event ev[256];
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
	    poll = epoll_create1(EPOLL_CLOEXEC);

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < MOST ? limit.rlim_max : MOST;
	setrlimit(RLIMIT_NOFILE, &limit);
	signal(SIGPIPE, SIG_IGN);
	held.until = argc > 1 ? atoi(argv[1]) : 1;
	if (argc > 3 && !use_certificate(argv[2], argv[3]))
		return 1;
	if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 ||
	    listen(listener, 16384) != 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &len) != 0)
		return 1;
	printf("%u\n", ntohs(at.sin_port));
	fflush(stdout);
	ev[0] = (struct epoll_event){ .events = EPOLLIN, .data.fd = listener };
	epoll_ctl(poll, EPOLL_CTL_ADD, listener, &ev[0]);
	for (;;) {
		int n = epoll_wait(poll, ev, 256, -1);
		for (int i = 0; i < n; i++)
			if (ev[i].data.fd == listener)
				take(listener, poll);
			else
				hear(ev[i].data.fd);
	}
}
