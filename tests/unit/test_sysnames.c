/* hosts(5) and resolv.conf(5) as text. */
#include "tests.h"

#include "net/sysnames.h"

static void
resolv_conf(void **state)
{
	struct arena arena = { 0 };
	struct resolv_conf c;
	char text[ADDR_TEXT];

	(void)state;
	resolv_conf_parse(&c,
	    SPAN("# a\nnameserver 192.0.2.1\n;x\nnameserver\t2001:db8::1 \nnameserver nonsense\r\n"
		 "domain old.example\nsearch a.example  b.example\noptions rotate ndots:3 "
		 "trust-ad\nnonsense"),
	    &arena);
	assert_int_equal(c.nservers, 2);
	assert_string_equal(addr_text(&c.server[0], text), "192.0.2.1:53");
	assert_string_equal(addr_text(&c.server[1], text), "[2001:db8::1]:53");
	assert_int_equal(c.nsearch, 2);
	assert_span(c.search[1], "b.example");
	assert_int_equal(c.ndots, 3);
	assert_true(c.trust_ad);
	arena_release(&arena);
}

static void
nothing_said(void **state)
{
	struct arena arena = { 0 };
	struct resolv_conf c;
	char text[ADDR_TEXT];

	(void)state;
	resolv_conf_parse(&c, SPAN("search .\n"), &arena);
	assert_int_equal(c.nservers, 1);
	assert_string_equal(addr_text(&c.server[0], text), "127.0.0.1:53");
	assert_int_equal(c.nsearch, 0);
	assert_int_equal(c.ndots, 1);
	assert_false(c.trust_ad);
	arena_release(&arena);
}

static void
more_than_there_is_room_for(void **state)
{
	struct arena arena = { 0 };
	struct resolv_conf c;
	char text[4000] = "search";

	(void)state;
	for (int i = 0; i < 40; i++)
		strcat(text, " x.example");
	strcat(text, "\n");
	for (int i = 0; i < 40; i++)
		strcat(text, "nameserver 192.0.2.1\n");
	strcat(text, "options ndots:99\n");
	resolv_conf_parse(&c, span_of(text), &arena);
	assert_int_equal(c.nservers, SYSNAMES_SERVERS);
	assert_int_equal(c.nsearch, SYSNAMES_SEARCH);
	assert_int_equal(c.ndots, 15);
	arena_release(&arena);
}

static void
hosts(void **state)
{
	static const char text[] = "127.0.0.1 localhost\n::1\tlocalhost ip6-localhost # "
				   "MX1\n192.0.2.1 mx1.example mx1 MX1\n"
				   "nonsense mx1\n192.0.2.2 MX1.example";
	struct addr found[4];
	char shown[ADDR_TEXT];

	(void)state;
	assert_int_equal(hosts_find(span_of(text), SPAN("localhost"), found, 4), 2);
	assert_int_equal(addr_family(&found[1]), 6);
	assert_int_equal(hosts_find(span_of(text), SPAN("mx1"), found, 4), 1);
	assert_int_equal(hosts_find(span_of(text), SPAN("mx1.EXAMPLE"), found, 4), 2);
	assert_string_equal(addr_host(&found[1], shown), "192.0.2.2");
	assert_int_equal(hosts_find(span_of(text), SPAN("mx1.example"), found, 1), 1);
	assert_int_equal(hosts_find(span_of(text), SPAN("127.0.0.1"), found, 4), 0);
}

static void
full_names(void **state)
{
	const char *text = "127.0.0.1 localhost\n127.0.1.1 mx1.example.org mx1 # the host\n::1 "
			   "lone\n192.0.2.1 mx2 mx2.example.org\n";

	(void)state;
	assert_true(span_eq(hosts_full_name(span_of(text), SPAN("mx1")), SPAN("mx1.example.org")));
	assert_true(span_eq(hosts_full_name(span_of(text), SPAN("MX2")), SPAN("mx2.example.org")));
	assert_int_equal(hosts_full_name(span_of(text), SPAN("lone")).len, 0);
	assert_int_equal(hosts_full_name(span_of(text), SPAN("127.0.1.1")).len, 0);
	assert_int_equal(hosts_full_name(SPAN_NONE, SPAN("mx1")).len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolv_conf),
		cmocka_unit_test(nothing_said),
		cmocka_unit_test(more_than_there_is_room_for),
		cmocka_unit_test(hosts),
		cmocka_unit_test(full_names),
	};
	return cmocka_run_group_tests_name("sysnames", tests, NULL, NULL);
}
