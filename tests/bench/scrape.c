/*
 * scrape - asks an exporter N times, 64 at once: PORT N PATH. Status 0 when every answer said that
 * the probe succeeded.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 64 };

static atomic_long left, good;
static struct sockaddr_in to;
static char question[1024];

static void *
work(void *arg)
{
	char text[32768];

	while (atomic_fetch_sub(&left, 1) > 0) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		size_t n = 0;
		ssize_t got = 0;
		if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
		    send(fd, question, strlen(question), MSG_NOSIGNAL) > 0)
			while ((got = recv(fd, text + n, sizeof text - 1 - n, 0)) > 0)
				n += (size_t)got;
		text[n] = '\0';
		if (strstr(text, "\nprobe_success 1\n"))
			atomic_fetch_add(&good, 1);
		close(fd);
	}
	return arg;
}

int
main(int argc, char *argv[])
{
	pthread_t thread[THREADS];

	if (argc != 4)
		return 2;
	to = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((unsigned short)atoi(argv[1])),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	left = atol(argv[2]);
	snprintf(question, sizeof question, "GET %s HTTP/1.0\r\n\r\n", argv[3]);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, work, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	return good == atol(argv[2]) ? 0 : 2;
}
