/* fleet_floor - what N plain probes (connect, banner, EHLO, QUIT, 221) cost a bare program of 8 threads: PORT N. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8 };

static atomic_long left, good;
static struct sockaddr_in to;

static int
hear(int fd)
{
	char text[1024];

	return recv(fd, text, sizeof text, 0) > 0;
}

static int
talk(int fd, const char *line)
{
	size_t n = strlen(line);

	return send(fd, line, n, MSG_NOSIGNAL) == (ssize_t)n && hear(fd);
}

static void *
work(void *arg)
{
	int one = 1;

	while (atomic_fetch_sub(&left, 1) > 0) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 && hear(fd) && talk(fd, "EHLO a.example\r\n") &&
		    talk(fd, "QUIT\r\n"))
			atomic_fetch_add(&good, 1);
		close(fd);
	}
	return arg;
}

int
main(int argc, char *argv[])
{
	pthread_t thread[THREADS];
	struct timespec a, b;
	struct rusage used;

	if (argc < 3)
		return 2;
	to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1])),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	atomic_store(&left, atol(argv[2]));
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, work, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	clock_gettime(CLOCK_MONOTONIC, &b);
	getrusage(RUSAGE_SELF, &used);
	printf("%ld good, %.3f s wall, %.3f s cpu\n", (long)good, (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9,
	    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
	return good == atol(argv[2]) ? 0 : 1;
}
