/* proxy - connects through a SOCKS5 or HTTP proxy. */
#include "net/proxy.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

enum { ANSWER_MAX = 8 << 10 };

struct proxy {
	const struct proxy_opts *opts;
	struct conn *conn;
	struct span host;
	unsigned port;
	proxy_fn *fn;
	void *ctx;
	struct buf out, in;
	enum { SOCKS_METHOD, SOCKS_ANSWER, HTTP_ANSWER } stage;
};

/* ---- the end */

static void
end(struct proxy *p, const struct err *err)
{
	struct conn *conn = p->conn;

	p->conn = NULL;
	if (err)
		conn_free(conn);
	p->fn(p->ctx, err ? NULL : conn, err);
}

static bool
fail(struct proxy *p, const char *why)
{
	struct err err;

	err_set(&err, ERR_CONNECT, "the proxy %s: %s", p->opts->text, why);
	end(p, &err);
	return false;
}

/* ---- SOCKS5 */

static void
proxy_ask_socks(struct proxy *p)
{
	struct addr literal;
	char port[2] = { (char)(p->port >> 8 & 0xFF), (char)(p->port & 0xFF) },
	     len = (char)p->host.len;

	buf_append(&p->out, SPAN("\5\1\0"));
	if (!addr_parse(&literal, p->host, p->port)) {
		buf_append(&p->out, SPAN("\3"));
		buf_append(&p->out, (struct span){ &len, 1 });
		buf_append(&p->out, p->host);
	} else if (addr_family(&literal) == 4) {
		buf_append(&p->out, SPAN("\1"));
		buf_append(&p->out, (struct span){ (const char *)&literal.in4.sin_addr, 4 });
	} else {
		buf_append(&p->out, SPAN("\4"));
		buf_append(&p->out, (struct span){ (const char *)&literal.in6.sin6_addr, 16 });
	}
	buf_append(&p->out, (struct span){ port, 2 });
	p->stage = SOCKS_ANSWER;
}

static const char *
socks_failure(unsigned char code)
{
	static const char *const why[] = {
		[1] = "general failure",
		[2] = "not allowed by its rules",
		[3] = "network unreachable from it",
		[4] = "host unreachable from it",
		[5] = "connection refused",
		[6] = "TTL expired",
		[7] = "it does not support CONNECT",
		[8] = "it does not support this address type",
	};

	return code < sizeof why / sizeof *why && why[code] ?
	    why[code] :
	    "it failed with a code that is not in RFC 1928";
}

/* Returns the length of the reply in octets, or 5 until the octets that tell it have come. */
static size_t
socks_length(struct span in)
{
	if (in.len < 5)
		return 5;
	switch (in.at[3]) {
	case 1:
		return 10;
	case 4:
		return 22;
	default:
		return 7 + (size_t)(unsigned char)in.at[4];
	}
}

/* ---- HTTP */

static bool
proxy_read_http(struct proxy *p, struct span in)
{
	struct arena arena = { 0 };
	struct span rest = in, line;

	span_line(&rest, &line);
	if (!span_starts(line, SPAN("HTTP/1.")))
		return fail(p, "not an HTTP response");
	struct span words = line;
	span_word(&words);
	if (words.len > 0 && words.at[0] == '2') {
		end(p, NULL);
		return false;
	}
	struct err err;
	err_set(&err, ERR_CONNECT, "the proxy %s answered CONNECT with %.*s", p->opts->text,
	    SPAN_ARG(text_safe(&arena, span_first(words, 100))));
	arena_release(&arena);
	end(p, &err);
	return false;
}

/* ---- reading and writing */

/* Returns how many bytes of the reply may be read now without reading beyond its end. */
static size_t
proxy_may_read(const struct proxy *p)
{
	struct span in = buf_span(&p->in);

	if (p->stage == SOCKS_METHOD)
		return 2 - in.len;
	return p->stage == SOCKS_ANSWER ? socks_length(in) - in.len : 1;
}

/* Handles what was read of a reply. False: the proxy is done, in success or failure. */
static bool
proxy_understand(struct proxy *p)
{
	struct span in = buf_span(&p->in);

	if (p->stage == SOCKS_METHOD && in.len == 2) {
		if (in.at[0] != 5)
			return fail(p, "it does not speak SOCKS5");
		if (in.at[1] != 0)
			return fail(p, "it requires authentication, which smtpsh does not support");
		buf_consume(&p->in, 2);
		proxy_ask_socks(p);
		return true;
	}
	if (p->stage == SOCKS_ANSWER && in.len >= 2 && in.at[1] != 0)
		return fail(p, socks_failure((unsigned char)in.at[1]));
	if (p->stage == SOCKS_ANSWER && in.len >= 5 && in.len == socks_length(in)) {
		end(p, NULL);
		return false;
	}
	if (p->stage == HTTP_ANSWER && span_find(in, SPAN("\r\n\r\n")).len > 0)
		return proxy_read_http(p, in);
	return in.len < ANSWER_MAX || fail(p, "its response has no end");
}

static bool
proxy_write_some(struct proxy *p)
{
	size_t n;

	while (buf_span(&p->out).len > 0) {
		enum conn_status status = conn_write(p->conn, buf_span(&p->out), &n);
		if (status == CONN_AGAIN)
			break;
		if (status != CONN_OK)
			return fail(p, "it closed the connection");
		buf_consume(&p->out, n);
	}
	return true;
}

static void
proxy_work(struct proxy *p)
{
	char octets[64];
	size_t n;

	while (proxy_write_some(p)) {
		size_t want = proxy_may_read(p);
		enum conn_status status = conn_read(
		    p->conn, octets, want < sizeof octets ? want : sizeof octets, &n);
		if (status == CONN_AGAIN) {
			conn_want(p->conn, true, buf_span(&p->out).len > 0);
			return;
		}
		if (status != CONN_OK) {
			fail(p, "it closed the connection");
			return;
		}
		buf_append(&p->in, (struct span){ octets, n });
		if (!proxy_understand(p))
			return;
	}
}

static void
on_conn(void *ctx, enum conn_news news)
{
	(void)news;
	proxy_work(ctx);
}

struct proxy *
proxy_begin(const struct proxy_opts *opts, struct conn *conn, struct span host, unsigned port,
    proxy_fn *fn, void *ctx)
{
	struct proxy *p = memory_zeroed(sizeof *p);
	bool literal6 = span_has(host, ':');

	*p = (struct proxy){ .opts = opts,
		.conn = conn,
		.host = span_first(host, 255),
		.port = port,
		.fn = fn,
		.ctx = ctx };
	buf_init(&p->out, 4096);
	buf_init(&p->in, ANSWER_MAX);
	p->stage = opts->kind == PROXY_SOCKS5 ? SOCKS_METHOD : HTTP_ANSWER;
	if (opts->kind == PROXY_SOCKS5)
		buf_append(&p->out, SPAN("\5\1\0"));
	else
		buf_printf(&p->out, "CONNECT %s%.*s%s:%u HTTP/1.1\r\nHost: %s%.*s%s:%u\r\n\r\n",
		    literal6 ? "[" : "", SPAN_ARG(p->host), literal6 ? "]" : "", port,
		    literal6 ? "[" : "", SPAN_ARG(p->host), literal6 ? "]" : "", port);
	conn_set_owner(conn, on_conn, p);
	conn_want(conn, true, true);
	return p;
}

void
proxy_free(struct proxy *p)
{
	if (!p)
		return;
	conn_free(p->conn);
	buf_release(&p->out);
	buf_release(&p->in);
	free(p);
}

/* ---- the option */

static bool
proxy_look_up(struct proxy_opts *o, const char *host, const char *port, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int bad = getaddrinfo(host, port, &hints, &found);

	if (bad != 0)
		return err_set(err, ERR_DNS, "the proxy %s: %s", o->text, gai_strerror(bad));
	memcpy(&o->addr.any, found->ai_addr, found->ai_addrlen);
	o->addr.len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

bool
proxy_parse(struct proxy_opts *o, const char *text, struct err *err)
{
	static const struct {
		struct span prefix;
		enum proxy_kind kind;
		const char *port;
	} schemes[] = {
		{ SPAN_INIT("socks5://"), PROXY_SOCKS5, "1080" },
		{ SPAN_INIT("socks5h://"), PROXY_SOCKS5, "1080" },
		{ SPAN_INIT("http://"), PROXY_HTTP, "3128" },
	};
	struct span all = span_of(text), host;
	char name[256], port[8];

	*o = (struct proxy_opts){ .text = text };
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		if (!span_starts_case(all, schemes[i].prefix))
			continue;
		struct span rest = span_skip(all, schemes[i].prefix.len);
		if (span_has(rest, '@'))
			return err_set(err, ERR_USAGE,
			    "--proxy: do not put a user name and password there, where others can "
			    "see them");
		if (rest.len > 0 && rest.at[rest.len - 1] == '/')
			rest.len--;
		bool bracket = rest.len > 0 && rest.at[0] == '[';
		rest = span_skip(rest, bracket);
		host = span_until(&rest, bracket ? ']' : ':');
		rest = span_skip(rest, bracket && rest.len > 0 && rest.at[0] == ':');
		o->kind = schemes[i].kind;
		snprintf(name, sizeof name, "%.*s", SPAN_ARG(host));
		snprintf(port, sizeof port, "%.*s",
		    SPAN_ARG(rest.len ? rest : span_of(schemes[i].port)));
		return proxy_look_up(o, name, port, err);
	}
	return err_set(
	    err, ERR_USAGE, "--proxy %s: expected socks5://HOST:PORT or http://HOST:PORT", text);
}
