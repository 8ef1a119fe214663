/*
 * The floor that the benchmark measures against: a bare program with blocking sockets and OpenSSL
 * that does one exchange and nothing else. usage: floor version | probe HOST PORT | starttls HOST
 * PORT | noop HOST PORT N | send HOST PORT FILE | replay HOST PORT FILE N: N rounds of a file's
 * lines in 8 threads, each answered before the next
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct peer {
	int fd;
	SSL *ssl;
	char buf[16384];
	int from, to;
};

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
dial(struct peer *p, const char *host, const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((unsigned short)atoi(port)) };
	int one = 1;

	*p = (struct peer){ .fd = socket(AF_INET, SOCK_STREAM, 0) };
	inet_pton(AF_INET, host, &a.sin_addr);
	if (connect(p->fd, (struct sockaddr *)&a, sizeof a) != 0)
		die("connect");
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void
put(struct peer *p, const char *octets, size_t n)
{
	while (n > 0) {
		ssize_t did = p->ssl ? SSL_write(p->ssl, octets, (int)n) : write(p->fd, octets, n);
		if (did <= 0)
			die("write");
		octets += did;
		n -= (size_t)did;
	}
}

/* One line into out; its length. */
static int
line(struct peer *p, char *out, int size)
{
	int n = 0;

	for (;;) {
		while (p->from < p->to) {
			char c = p->buf[p->from++];
			if (n < size - 1)
				out[n++] = c;
			if (c == '\n') {
				out[n] = '\0';
				return n;
			}
		}
		int one = 1;
		setsockopt(p->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
		p->from = 0;
		p->to = p->ssl ? SSL_read(p->ssl, p->buf, sizeof p->buf) :
				 (int)read(p->fd, p->buf, sizeof p->buf);
		if (p->to <= 0)
			return 0;
	}
}

static int
reply(struct peer *p)
{
	char text[1024];

	do {
		if (line(p, text, sizeof text) < 4)
			return 0;
	} while (text[3] == '-');
	return atoi(text);
}

static int
ask(struct peer *p, const char *command)
{
	put(p, command, strlen(command));
	return reply(p);
}

static void
leave(struct peer *p)
{
	put(p, "QUIT\r\n", 6);
	if (!p->ssl)
		shutdown(p->fd, SHUT_WR);
	reply(p);
	if (p->ssl)
		SSL_shutdown(p->ssl);
	close(p->fd);
}

static void
starttls(struct peer *p)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	SSL_CTX_load_verify_dir(ctx, "/etc/ssl/certs");
	p->ssl = SSL_new(ctx);
	SSL_set_fd(p->ssl, p->fd);
	if (SSL_connect(p->ssl) != 1)
		die("SSL_connect");
}

static void
send_file(struct peer *p, const char *path)
{
	static char in[65536], out[2 * sizeof in];
	FILE *file = fopen(path, "rb");
	size_t n;
	char last = '\n';

	if (!file)
		die(path);
	ask(p, "MAIL FROM:<a@bench.test>\r\n");
	ask(p, "RCPT TO:<b@bench.test>\r\n");
	if (ask(p, "DATA\r\n") != 354)
		die("DATA");
	while ((n = fread(in, 1, sizeof in, file)) > 0) {
		size_t o = 0;
		for (size_t i = 0; i < n; i++) {
			if (last == '\n' && in[i] == '.')
				out[o++] = '.';
			out[o++] = last = in[i];
		}
		put(p, out, o);
	}
	fclose(file);
	if (ask(p, ".\r\n") != 250)
		die("the message");
}

static struct { const char *host, *port; char *lines[1000]; int nlines; atomic_int left; } round_of;

static void *
play_rounds(void *unused)
{
	(void)unused;
	while (atomic_fetch_sub(&round_of.left, 1) > 0) {
		struct peer p;
		dial(&p, round_of.host, round_of.port);
		reply(&p);
		for (int i = 0; i < round_of.nlines; i++)
			ask(&p, round_of.lines[i]);
		close(p.fd);
	}
	return NULL;
}

static void
replay(const char *path, int rounds)
{
	char text[1000];
	FILE *file = fopen(path, "r");
	pthread_t thread[8];

	if (!file)
		die(path);
	while (round_of.nlines < 1000 && fgets(text, sizeof text - 2, file)) {
		text[strcspn(text, "\r\n")] = '\0';
		strcat(text, "\r\n");
		round_of.lines[round_of.nlines++] = strdup(text);
	}
	fclose(file);
	round_of.left = rounds;
	for (int i = 0; i < 8; i++)
		pthread_create(&thread[i], NULL, play_rounds, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(thread[i], NULL);
}

int
main(int argc, char *argv[])
{
	struct peer p;

	if (argc > 1 && strcmp(argv[1], "version") == 0)
		return puts("floor") < 0;
	if (argc < 4)
		return 2;
	if (strcmp(argv[1], "replay") == 0 && argc == 6) {
		round_of.host = argv[2];
		round_of.port = argv[3];
		replay(argv[4], atoi(argv[5]));
		return 0;
	}
	dial(&p, argv[2], argv[3]);
	if (reply(&p) != 220 || ask(&p, "EHLO bench.test\r\n") != 250)
		die("EHLO");
	if (strcmp(argv[1], "starttls") == 0) {
		if (ask(&p, "STARTTLS\r\n") != 220)
			die("STARTTLS");
		starttls(&p);
		ask(&p, "EHLO bench.test\r\n");
	}
	for (int i = 0; strcmp(argv[1], "noop") == 0 && argc > 4 && i < atoi(argv[4]); i++)
		ask(&p, "NOOP\r\n");
	if (strcmp(argv[1], "send") == 0 && argc > 4)
		send_file(&p, argv[4]);
	leave(&p);
	return 0;
}
