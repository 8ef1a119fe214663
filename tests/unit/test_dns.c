/*
 * Questions on the loop against name servers in this process: fail-over, cancelling, and how many
 * are out at a time.
 */
#include "tests.h"

#include <unistd.h>

#include "net/dns.h"

/* A name server at a socket: it answers with an rcode and nothing else, or is silent. */
struct server {
	int fd;
	int rcode;		/* -1: silent */
	unsigned heard;
	struct addr addr;
	struct loop_watch *watch;
};

struct told {
	unsigned n;
	int rcode[DNS_TRIES_MAX];
	size_t ntries;
	bool ok, stop_second;
	struct dns_query *second;
};

static void
on_question(void *ctx, unsigned ready)
{
	struct server *s = ctx;
	unsigned char octets[512];
	struct addr from = { .len = sizeof from.in4 };
	ssize_t n;

	(void)ready;
	while (
	    (n = recvfrom(s->fd, octets, sizeof octets, MSG_DONTWAIT, &from.any, &from.len)) > 12) {
		s->heard++;
		if (s->rcode < 0)
			continue;
		octets[2] |= 0x80;
		octets[3] = (unsigned char)s->rcode;
		octets[11] = 0;				/* without OPT */
		sendto(s->fd, octets, (size_t)n - 11, 0, &from.any, from.len);
	}
}

static void
server_begin(struct server *s, struct loop *loop, int rcode)
{
	*s = (struct server){ .rcode = rcode };
	addr_parse(&s->addr, SPAN("127.0.0.1"), 0);
	s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->fd, &s->addr.any, s->addr.len), 0);
	getsockname(s->fd, &s->addr.any, &s->addr.len);
	s->watch = loop_watch(loop, s->fd, LOOP_READ, on_question, s, NULL);
}

static void
server_end(struct server *s)
{
	loop_unwatch(s->watch);
	close(s->fd);
}

static void
on_reply(void *ctx, const struct dns_reply *reply)
{
	struct told *told = ctx;

	told->n++;
	told->ok = reply->ok;
	told->ntries = reply->ntries;
	for (size_t i = 0; i < reply->ntries; i++)
		told->rcode[i] = reply->try[i].rcode;
	if (told->stop_second) {
		dns_cancel(told->second);
		told->stop_second = false;
	}
}

static void
the_next_server_is_asked(void **state)
{
	struct loop *loop = loop_new();
	struct server first, second;
	struct told told = { 0 };

	(void)state;
	server_begin(&first, loop, DNS_SERVFAIL);
	server_begin(&second, loop, DNS_NXDOMAIN);
	struct dns *dns = dns_new(
	    loop, &(struct dns_opts){ .server = { first.addr, second.addr }, .nservers = 2 });
	assert_non_null(dns_ask(dns, SPAN("a.test"), DNS_MX, 0, on_reply, &told));
	assert_int_equal(told.n, 0);
	while (told.n == 0)
		loop_turn(loop, true);
	assert_true(told.ok);
	assert_int_equal(told.ntries, 2);
	assert_int_equal(told.rcode[0], DNS_SERVFAIL);
	assert_int_equal(told.rcode[1], DNS_NXDOMAIN);
	assert_null(dns_system(dns));
	dns_free(dns);
	server_end(&first);
	server_end(&second);
	loop_free(loop);
}

static void
all_fail(void **state)
{
	struct loop *loop = loop_new();
	struct server silent, refusing;
	struct told told = { 0 };

	(void)state;
	server_begin(&silent, loop, -1);
	server_begin(&refusing, loop, DNS_REFUSED);
	struct dns *dns = dns_new(loop, &(struct dns_opts){
	    .server = { silent.addr, refusing.addr }, .nservers = 2, .timeout_ms = 300 });
	dns_ask(dns, SPAN("a.test"), DNS_MX, 0, on_reply, &told);
	while (told.n == 0)
		loop_turn(loop, true);
	assert_false(told.ok);
	assert_int_equal(told.rcode[0], -1);
	assert_int_equal(told.rcode[1], DNS_REFUSED);
	assert_int_equal(silent.heard, 2);
	dns_free(dns);
	server_end(&silent);
	server_end(&refusing);
	loop_free(loop);
}

static void
what_is_cancelled_is_not_told(void **state)
{
	struct loop *loop = loop_new();
	struct server s;
	struct told told = { .stop_second = true }, never = { 0 };

	(void)state;
	server_begin(&s, loop, DNS_NOERROR);
	struct dns *dns = dns_new(loop, &(struct dns_opts){ .server = { s.addr }, .nservers = 1 });
	dns_cancel(dns_ask(dns, SPAN("queued.test"), DNS_A, 0, on_reply, &never));
	dns_ask(dns, SPAN("a.test"), DNS_A, 0, on_reply, &told);
	told.second = dns_ask(dns, SPAN("b.test"), DNS_A, 0, on_reply, &never);
	while (told.n == 0)
		loop_turn(loop, true);
	dns_ask(dns, SPAN("c.test"), DNS_A, 0, on_reply, &told);
	while (told.n == 1)
		loop_turn(loop, true);
	assert_int_equal(never.n, 0);
	assert_int_equal(s.heard, 3);
	dns_free(dns);
	server_end(&s);
	loop_free(loop);
}

static void
many_are_asked_a_window_at_a_time(void **state)
{
	enum { N = 1000 };
	struct loop *loop = loop_new();
	struct server s;
	struct told told = { 0 };

	(void)state;
	server_begin(&s, loop, -1);
	struct dns *dns = dns_new(
	    loop, &(struct dns_opts){ .server = { s.addr }, .nservers = 1, .timeout_ms = 60000 });
	for (int i = 0; i < N; i++)
		dns_ask(dns, SPAN("a.test"), DNS_A, 0, on_reply, &told);
	while (s.heard < DNS_WINDOW)
		loop_turn(loop, true);
	loop_turn(loop, false);
	assert_int_equal(s.heard, DNS_WINDOW);
	assert_int_equal(told.n, 0);
	dns_free(dns);				/* with all of them out and queued */
	assert_int_equal(told.n, 0);
	server_end(&s);
	loop_free(loop);
}

static void
what_is_no_name_is_not_asked(void **state)
{
	struct loop *loop = loop_new();
	struct told told = { 0 };
	struct dns *dns = dns_new(loop, &(struct dns_opts){ 0 });

	(void)state;
	assert_null(dns_ask(dns, SPAN("a..b"), DNS_A, 0, on_reply, &told));
	dns_free(dns);
	dns_free(NULL);
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_server_is_asked),
		cmocka_unit_test(all_fail),
		cmocka_unit_test(what_is_cancelled_is_not_told),
		cmocka_unit_test(many_are_asked_a_window_at_a_time),
		cmocka_unit_test(what_is_no_name_is_not_asked),
	};
	return cmocka_run_group_tests_name("dns", tests, NULL, NULL);
}
