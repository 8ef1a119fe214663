/* sink - a server for measuring clients: banner, 250 to everything, 221; one thread, epoll, as little as can be. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void
say(int fd, const char *text)
{
	ssize_t n = send(fd, text, strlen(text), MSG_NOSIGNAL);
	(void)n;
}

static void
answer(int fd)
{
	char line[4096];
	ssize_t n = recv(fd, line, sizeof line, 0);

	if (n <= 0) {
		close(fd);
		return;
	}
	if (strncasecmp(line, "QUIT", 4) == 0) {
		say(fd, "221 bye\r\n");
		close(fd);
		return;
	}
	say(fd, strncasecmp(line, "EHLO", 4) == 0 ? "250-sink.example\r\n250-PIPELINING\r\n250 SIZE 10240000\r\n" : "250 ok\r\n");
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

int
main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };	/* all of 127/8 */
	socklen_t len = sizeof at;
	struct rlimit limit = { 0 };
	struct epoll_event ev[256];
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), poll = epoll_create1(EPOLL_CLOEXEC);

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	signal(SIGPIPE, SIG_IGN);
	if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 4096) != 0 ||
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
				answer(ev[i].data.fd);
	}
}
