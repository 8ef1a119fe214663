/*
 * fleet_floor - what N probes cost a bare program of 8 threads with blocking sockets and nothing
 * else. usage: fleet_floor PORT N [CA]: connect, banner, EHLO, QUIT, 221 on 127.0.0.1; with a CA
 * also STARTTLS, a handshake whose certificate is verified, chain and address, and EHLO again.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 8 };

static atomic_long left, good;
static struct sockaddr_in to;
static SSL_CTX *tls;

struct peer { int fd; SSL *ssl; };

static bool
hear(struct peer *p)
{
	char text[1024];

	return (p->ssl ? SSL_read(p->ssl, text, sizeof text) :
			 (int)recv(p->fd, text, sizeof text, 0)) > 0;
}

static bool
talk(struct peer *p, const char *line)
{
	int n = (int)strlen(line);

	return (p->ssl ? SSL_write(p->ssl, line, n) :
			 (int)send(p->fd, line, (size_t)n, MSG_NOSIGNAL)) == n &&
	    hear(p);
}

static bool
starttls(struct peer *p)
{
	if (!talk(p, "STARTTLS\r\n"))
		return false;
	p->ssl = SSL_new(tls);
	SSL_set_fd(p->ssl, p->fd);
	X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(p->ssl), "127.0.0.1");
	return SSL_connect(p->ssl) == 1;
}

static bool
probe(struct peer *p)
{
	return connect(p->fd, (struct sockaddr *)&to, sizeof to) == 0 && hear(p) &&
	    talk(p, "EHLO a.example\r\n") &&
	    (!tls || (starttls(p) && talk(p, "EHLO a.example\r\n"))) && talk(p, "QUIT\r\n");
}

static void *
work(void *arg)
{
	int one = 1;

	while (atomic_fetch_sub(&left, 1) > 0) {
		struct peer p = { .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
		setsockopt(p.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		if (probe(&p))
			atomic_fetch_add(&good, 1);
		if (p.ssl)
			SSL_shutdown(p.ssl);
		SSL_free(p.ssl);
		close(p.fd);
	}
	return arg;
}

int
main(int argc, char *argv[])
{
	pthread_t thread[THREADS];

	if (argc < 3)
		return 2;
	to = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((unsigned short)atoi(argv[1])),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	left = atol(argv[2]);
	if (argc > 3) {
		tls = SSL_CTX_new(TLS_client_method());
		SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
		if (SSL_CTX_load_verify_locations(tls, argv[3], NULL) != 1)
			return 2;
	}
	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, work, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	return good == atol(argv[2]) ? 0 : 2;
}
