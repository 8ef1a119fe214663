/* link: the target and its route as they are kept; nothing is looked up or dialled. */
#include "tests.h"

#include "run/session/link.h"

static void
a_target_outlives_who_named_it(void **state)
{
	struct arena arena = { 0 };
	struct link l = { 0 };
	struct target t;
	struct err err;

	(void)state;
	assert_true(target_parse(&t, arena_copy(&arena, SPAN("mx.example:2525")), SPAN_NONE, 0,
	    &arena, &err));
	link_set_target(&l, &t);
	arena_release(&arena);
	assert_span(l.target.host, "mx.example");
	assert_int_equal(link_port(&l), 2525);
	l.found_us = 5000;
	link_set_target(&l, &l.target); /* as /reopen does */
	assert_int_equal(l.found_us, 0); /* the look-up of before is not this one's */
	assert_span(l.target.host, "mx.example");
	assert_null(l.route);
	link_release(&l);
}

/* Through a proxy a name is not looked up here; anything else is no matter of a proxy. */
static void
a_proxy_gets_the_name(void **state)
{
	static const struct proxy_opts none, socks = { .kind = PROXY_SOCKS5 };
	static const struct target host = { .kind = TARGET_HOST, .host = SPAN_INIT("mx.example"),
		.port = 25 };
	static const struct target mx = { .kind = TARGET_MX, .host = SPAN_INIT("example") };
	struct link l = { 0 };

	(void)state;
	assert_null(link_proxied_route(&l, &none, &host));
	assert_null(link_proxied_route(&l, &socks, &mx));
	const struct route *r = link_proxied_route(&l, &socks, &host);
	assert_int_equal(r->nhops, 1);
	assert_int_equal(r->hop[0].naddr, 0);
	assert_span(r->hop[0].host, "mx.example");
	assert_int_equal(r->hop[0].path->by, DANE_BY_PROXY);
	l.hop = r->hop;
	assert_int_equal(link_port(&l), 25);
	link_release(&l);
}

static void
a_way_to_what_has_none_is_told(void **state)
{
	static const struct session_opts plain, v4 = { .route.family = 4 },
		proxied = { .proxy.kind = PROXY_HTTP };
	static const struct { const struct session_opts *o; enum target_kind kind; bool want; }
	cases[] = {
		{ &plain, TARGET_UNIX, false },
		{ &v4, TARGET_HOST, false },
		{ &v4, TARGET_MX, false },
		{ &v4, TARGET_UNIX, true },
		{ &v4, TARGET_PIPE, true },
		{ &proxied, TARGET_DEMO, true },
	};
	char text[NO_WAY_SHOWN];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct target t = { .kind = cases[i].kind };
		assert_int_equal(link_has_no_way(cases[i].o, &t, text), cases[i].want);
	}
}

static void
a_proxy_header_is_for_the_connections_to_come(void **state)
{
	static const struct proxy_header first;
	struct link l = { .proxy_header = &first };
	struct err err;

	(void)state;
	assert_false(link_set_proxy_header(&l, SPAN("v9"), &err));
	assert_ptr_equal(l.proxy_header, &first);
	assert_true(link_set_proxy_header(&l, SPAN("v2 local"), &err));
	assert_int_equal(l.proxy_header->version, 2);
	link_drop(&l);
	assert_int_equal(l.proxy_header->version, 2);
	link_release(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_target_outlives_who_named_it),
		cmocka_unit_test(a_proxy_gets_the_name),
		cmocka_unit_test(a_way_to_what_has_none_is_told),
		cmocka_unit_test(a_proxy_header_is_for_the_connections_to_come),
	};
	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
