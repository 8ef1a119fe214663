/* Addresses, and the race between several of them (RFC 8305). */
#include "tests.h"

#include <stdio.h>
#include <unistd.h>

#include "net/dial.h"
#include "net/listen.h"

static void
literals(void **state)
{
	static const struct {
		struct span in;
		bool ok;
		const char *text;
		unsigned family;
		bool loopback;
	} table[] = {
		{ SPAN_INIT("127.0.0.1"), true, "127.0.0.1:25", 4, true },
		{ SPAN_INIT("192.0.2.1"), true, "192.0.2.1:25", 4, false },
		{ SPAN_INIT("::1"), true, "[::1]:25", 6, true },
		{ SPAN_INIT("[::1]"), true, "[::1]:25", 6, true },
		{ SPAN_INIT("[IPv6:2001:db8::1]"), true, "[2001:db8::1]:25", 6, false },
		{ SPAN_INIT("[192.0.2.1]"), true, "192.0.2.1:25", 4, false },
		{ SPAN_INIT("192.0.2"), false, "", 0, false },
		{ SPAN_INIT("192.0.2.256"), false, "", 0, false },
		{ SPAN_INIT("mx.example"), false, "", 0, false },
		{ SPAN_INIT(""), false, "", 0, false },
		{ SPAN_INIT("[]"), false, "", 0, false },
		{ SPAN_INIT("fe80::1%no-such-link"), false, "", 0, false },
		{ SPAN_INIT(
		      "1111111111111111111111111111111111111111111111111111111111111111111111"),
		    false, "", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct addr a;
		char text[ADDR_TEXT];
		bool ok = addr_parse(&a, table[i].in, 25);
		if (ok != table[i].ok)
			fail_msg("%.*s", SPAN_ARG(table[i].in));
		if (!ok)
			continue;
		assert_string_equal(addr_text(&a, text), table[i].text);
		assert_int_equal(addr_family(&a), table[i].family);
		assert_int_equal(addr_is_loopback(&a), table[i].loopback);
	}
}

static void
networks(void **state)
{
	static const struct {
		struct span net;
		const char *in, *out;
	} table[] = {
		{ SPAN_INIT("192.0.2.0/24"), "192.0.2.255", "192.0.3.0" },
		{ SPAN_INIT("192.0.2.0/24"), "::ffff:192.0.2.1", "::192.0.2.1" },
		{ SPAN_INIT("10.0.0.0/9"), "10.127.0.1", "10.128.0.1" },
		{ SPAN_INIT("192.0.2.1"), "192.0.2.1", "192.0.2.0" },
		{ SPAN_INIT("0.0.0.0/0"), "203.0.113.1", "2001:db8::1" },
		{ SPAN_INIT("::/0"), "2001:db8::1", "192.0.2.1" },
		{ SPAN_INIT("2001:db8::/33"), "2001:db8:7fff::1", "2001:db8:8000::1" },
		{ SPAN_INIT("::1"), "::1", "::" },
		{ SPAN_INIT("::/0"), "::1", "::ffff:192.0.2.1" },
		{ SPAN_INIT("::ffff:192.0.2.0/120"), "192.0.2.7", "192.0.3.7" },
		{ SPAN_INIT("::ffff:192.0.2.1"), "::ffff:192.0.2.1", "::192.0.2.1" },
	};
	static const struct span wrong[] = {
		SPAN_INIT("192.0.2.0/33"),
		SPAN_INIT("192.0.2.0/"),
		SPAN_INIT("::/129"),
		SPAN_INIT("example.org/8"),
		SPAN_INIT(""),
	};
	struct addr_net net;
	struct addr a;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_true(addr_net_parse(&net, table[i].net, &err));
		assert_true(addr_parse(&a, span_of(table[i].in), 25));
		assert_true(addr_net_has(&net, &a));
		assert_true(addr_parse(&a, span_of(table[i].out), 25));
		assert_false(addr_net_has(&net, &a));
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(addr_net_parse(&net, wrong[i], &err));
}

struct told {
	unsigned attempts, failed;
	bool done;
	struct conn *conn;
	size_t which;
	enum err_kind err;
	char why[100];
};

static void
on_attempt(void *ctx, const struct dial_attempt *attempt)
{
	struct told *told = ctx;

	told->attempts++;
	told->failed += !attempt->up;
	assert_false(told->done);
}

static void
on_done(void *ctx, struct conn *conn, size_t which, const struct err *err)
{
	struct told *told = ctx;

	assert_false(told->done);
	told->done = true;
	told->conn = conn;
	told->which = which;
	if (err) {
		told->err = err->kind;
		snprintf(told->why, sizeof told->why, "%.90s", err->text);
	}
}

static void
on_accepted(void *ctx, int fd)
{
	(void)ctx;
	close(fd);
}

static struct addr
local(const char *host, unsigned port)
{
	struct addr a;

	assert_true(addr_parse(&a, span_of(host), port));
	return a;
}

static struct told
race_as(struct loop *loop, const struct addr *addr, size_t n, uint64_t attempt_ms, bool in_order)
{
	struct told told = { 0 };
	struct dial *dial = dial_start(loop, addr, n,
	    &(struct dial_opts){ .attempt_ms = attempt_ms,
		.in_order = in_order,
		.attempt = on_attempt,
		.done = on_done,
		.ctx = &told });

	assert_int_equal(told.attempts, 0);	/* nothing is told from within dial_start */
	while (!told.done)
		loop_turn(loop, true);
	dial_free(dial);
	conn_free(told.conn);
	return told;
}

static struct told
race(struct loop *loop, const struct addr *addr, size_t n, uint64_t attempt_ms)
{
	return race_as(loop, addr, n, attempt_ms, false);
}

/*
 * One listens with a full queue, so that it does not answer; side by side the second would win
 * after 250 ms.
 */
static void
one_after_the_other(void **state)
{
	struct loop *loop = loop_new();
	struct addr any = local("127.0.0.1", 0), busy = local("127.0.0.2", 0);
	struct listener *listener = listen_on(loop, &any, on_accepted, NULL, NULL);
	struct sockaddr_in to;
	socklen_t len = sizeof to;
	int deaf = socket(AF_INET, SOCK_STREAM, 0), fill[3];

	(void)state;
	assert_int_equal(bind(deaf, &busy.any, busy.len), 0);
	assert_int_equal(listen(deaf, 0), 0);
	assert_int_equal(getsockname(deaf, (struct sockaddr *)&to, &len), 0);
	for (size_t i = 0; i < 3; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fill[i], (struct sockaddr *)&to, len);
	}
	unsigned port = addr_port(listen_addr(listener));
	struct addr refused[] = { local("127.0.0.9", port), local("127.0.0.8", port),
		local("127.0.0.1", port) };
	struct addr silent[] = { local("127.0.0.2", ntohs(to.sin_port)), local("127.0.0.1", port) };
	struct told told = race_as(loop, refused, 3, 20000, true);
	assert_int_equal(told.which, 2);
	assert_int_equal(told.attempts, 3);
	assert_int_equal(told.failed, 2);
	uint64_t began = loop_now_us();
	told = race_as(loop, silent, 2, 600, true);
	assert_int_equal(told.which, 1);
	assert_int_equal(told.failed, 1);
	assert_true(loop_now_us() - began >= 600000);
	told = race_as(loop, silent, 2, 20000, true);		/* 3 s where another one is left */
	assert_int_equal(told.which, 1);
	told = race_as(loop, refused, 2, 20000, true);
	assert_int_equal(told.err, ERR_CONNECT);
	listen_free(listener);
	loop_turn(loop, false);
	for (size_t i = 0; i < 3; i++)
		close(fill[i]);
	close(deaf);
	loop_free(loop);
}

static void
the_first_that_answers_wins(void **state)
{
	struct loop *loop = loop_new();
	struct addr any = local("127.0.0.1", 0);
	struct listener *listener = listen_on(loop, &any, on_accepted, NULL, NULL);
	unsigned port = addr_port(listen_addr(listener));
	/*
	 * Nobody listens on 127.0.0.9 at that port; the second is begun at once, not 250 ms later.
	 */
	struct addr addr[] = { local("127.0.0.9", port), local("127.0.0.1", port),
		local("127.0.0.8", port) };

	(void)state;
	uint64_t from = loop_now_us();
	struct told told = race(loop, addr, 3, 5000);
	assert_non_null(told.conn);
	assert_int_equal(told.which, 1);
	assert_int_equal(told.attempts, 2);
	assert_int_equal(told.failed, 1);
	assert_true(loop_now_us() - from < 240000);
	listen_free(listener);
	loop_turn(loop, false);
	loop_free(loop);
}

/*
 * A listener whose queue is full answers no SYN: the next address is begun 250 ms later, and wins.
 */
static void
a_silent_address_does_not_hold_up_the_next(void **state)
{
	struct loop *loop = loop_new();
	struct addr any = local("127.0.0.1", 0);
	struct listener *listener = listen_on(loop, &any, on_accepted, NULL, NULL);
	unsigned port = addr_port(listen_addr(listener));
	struct addr silent = local("127.0.0.9", port),
		    addr[] = { silent, local("127.0.0.1", port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), fill[4];

	(void)state;
	assert_int_equal(bind(fd, &silent.any, silent.len) | listen(fd, 0), 0);
	for (int i = 0; i < 4; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fill[i], &silent.any, silent.len);
	}
	uint64_t from = loop_now_us();
	struct told told = race(loop, addr, 2, 5000);
	assert_int_equal(told.which, 1);
	unsigned long long took = loop_now_us() - from;
	assert_true(took >= 245000 && took <= 2000000);

	told = race(loop, addr, 1, 300);
	assert_null(told.conn);
	assert_int_equal(told.err, ERR_TIMEOUT);
	for (int i = 0; i < 4; i++)
		close(fill[i]);
	close(fd);
	listen_free(listener);
	loop_turn(loop, false);
	loop_free(loop);
}

static void
none_answers(void **state)
{
	struct loop *loop = loop_new();
	struct addr addr[] = { local("127.0.0.1", 1), local("::1", 1) };

	(void)state;
	struct told told = race(loop, addr, 2, 5000);
	assert_null(told.conn);
	assert_int_equal(told.failed, 2);
	assert_int_equal(told.err, ERR_CONNECT);
	assert_string_equal(told.why, "[::1]:1: connection refused");
	loop_turn(loop, false);
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals),
		cmocka_unit_test(networks),
		cmocka_unit_test(one_after_the_other),
		cmocka_unit_test(the_first_that_answers_wins),
		cmocka_unit_test(a_silent_address_does_not_hold_up_the_next),
		cmocka_unit_test(none_answers),
	};
	return cmocka_run_group_tests_name("dial", tests, NULL, NULL);
}
