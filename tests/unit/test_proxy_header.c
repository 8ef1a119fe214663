/* PROXY protocol headers, octet by octet. */
#include "tests.h"

#include <stdio.h>

#include "net/proxy_header.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

static const struct {
	struct span text, want;
} written[] = {
	{ SPAN_INIT("v1"), SPAN_INIT("PROXY TCP4 127.0.0.1 127.0.0.2 4711 25\r\n") },
	{ SPAN_INIT("v1 local"), SPAN_INIT("PROXY UNKNOWN\r\n") },
	{ SPAN_INIT("v1,src=[2001:db8::1]:1,dst=[2001:db8::2]:2"),
	    SPAN_INIT("PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n") },
	{ SPAN_INIT("v2"),
	    SPAN_INIT(SIGNATURE "\x21\x11\0\x0c\x7f\0\0\1\x7f\0\0\2\x12\x67\0\x19") },
	{ SPAN_INIT("v2 local"), SPAN_INIT(SIGNATURE "\x20\0\0\0") },
	{ SPAN_INIT("v2 local tlv=0xEA:ab alpn=smtp"),
	    SPAN_INIT(SIGNATURE "\x20\0\0\x0c\xea\0\2ab\1\0\4smtp") },
	{ SPAN_INIT("off"), SPAN_INIT("") },
};

static void
each_header(void **state)
{
	struct addr local, peer;

	(void)state;
	assert_true(addr_parse(&local, SPAN("127.0.0.1"), 4711) &&
	    addr_parse(&peer, SPAN("127.0.0.2"), 25));
	for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
		struct proxy_header p;
		struct buf out = { .max = PROXY_HEADER_MAX };
		struct err err = { 0 };
		bool ok = proxy_header_parse(&p, written[i].text, &err) &&
		    (p.version == 0 || proxy_header_write(&p, &local, &peer, &out, &err));
		if (!ok || !span_eq(buf_span(&out), written[i].want))
			fail_msg("%.*s: %s", SPAN_ARG(written[i].text), err.text);
		buf_release(&out);
	}
}

static void
what_is_none(void **state)
{
	static const char *const bad[] = { "", "v3", "src=127.0.0.1:1", "v1 tlv=1:x",
		"v2 src=host:1", "v2 tlv=x:y", "v2 tlv=300:y", "v2 foo" };
	struct proxy_header p;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (proxy_header_parse(&p, span_of(bad[i]), &err))
			fail_msg("%s was taken", bad[i]);
}

static void
families_may_not_differ(void **state)
{
	struct addr local, peer;
	struct buf out = { .max = PROXY_HEADER_MAX };
	struct proxy_header p;
	struct err err;

	(void)state;
	addr_parse(&local, SPAN("127.0.0.1"), 1);
	peer = local;
	assert_true(proxy_header_parse(&p, SPAN("v2 src=[2001:db8::1]:1"), &err));
	assert_false(proxy_header_write(&p, &local, &peer, &out, &err));
}

/*
 * As many TLVs as there may be, each as long as it may be, and the longer addresses: all of it is
 * written.
 */
static void
the_longest_is_whole(void **state)
{
	char text[PROXY_HEADER_TLVS_MAX * (PROXY_HEADER_TLV_MAX + 16) + 128],
	    value[PROXY_HEADER_TLV_MAX + 2];
	int n = snprintf(text, sizeof text, "v2 src=[2001:db8::1]:1 dst=[2001:db8::2]:2");
	struct buf out = { .max = PROXY_HEADER_MAX }, small = { .max = PROXY_HEADER_MAX - 1 };
	struct addr none = { 0 };
	struct proxy_header p;
	struct err err = { 0 };

	(void)state;
	memset(value, 'x', sizeof value);
	for (unsigned i = 0; i < PROXY_HEADER_TLVS_MAX; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, " tlv=0xEA:%.*s",
		    PROXY_HEADER_TLV_MAX, value);
	assert_true(proxy_header_parse(&p, (struct span){ text, (size_t)n }, &err));
	assert_true(proxy_header_write(&p, &none, &none, &out, &err));
	assert_int_equal(buf_span(&out).len, PROXY_HEADER_MAX);
	assert_false(proxy_header_write(&p, &none, &none, &small, &err));
	assert_non_null(strstr(err.text, "16483 octets"));
	buf_release(&out);
	buf_release(&small);

	snprintf(text, sizeof text, "v2 alpn=%.*s", PROXY_HEADER_TLV_MAX + 1, value);
	assert_false(proxy_header_parse(&p, span_of(text), &err));
	assert_string_equal(err.text, "at most 16 TLVs of 1024 octets each");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_header),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(families_may_not_differ),
		cmocka_unit_test(the_longest_is_whole),
	};
	return cmocka_run_group_tests_name("proxy_header", tests, NULL, NULL);
}
