/*
 * What a proxy says: the first octet chooses its kind, the rest is its answer, of which what is
 * behind its end is the target's and must not be read. It is told once: the way is open, or a
 * sentence.
 */
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "net/proxy.h"

struct told { unsigned times; bool open; struct conn *conn; };

static void
on_told(void *ctx, struct conn *conn, const struct err *err)
{
	struct told *t = ctx;

	PROMISE(!conn == (err && err->text[0]));
	t->times++;
	t->open = conn != NULL;
	t->conn = conn;
}

static void
on_news(void *ctx, enum conn_news news)
{
	(void)ctx, (void)news;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static struct loop *loop;
	struct told told = { 0 };
	struct err err = { 0 };
	int fds[2];

	if (n < 1 || n > 64 << 10)
		return 0;
	if (!loop)
		loop = loop_new();
	const struct proxy_opts opts = { .kind = octets[0] & 1 ? PROXY_SOCKS5 : PROXY_HTTP,
		.text = "http://proxy" };
	struct span host = octets[0] & 2 ? SPAN("mx1.example.org") :
	    octets[0] & 4		 ? SPAN("2001:db8::1") :
					   SPAN("192.0.2.1");
	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
	PROMISE(
	    write(fds[1], octets + 1, n - 1) == (ssize_t)(n - 1) && shutdown(fds[1], SHUT_WR) == 0);
	struct conn *conn = conn_over(loop, fds[0], on_news, NULL, &err);
	PROMISE(conn);
	struct proxy *p = proxy_begin(&opts, conn, host, 25, on_told, &told);
	while (told.times == 0)
		loop_turn(loop, true);
	PROMISE(told.times == 1);
	conn_free(told.conn);
	proxy_free(p);
	loop_turn(loop, false);
	close(fds[1]);
	return 0;
}
