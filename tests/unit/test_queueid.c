/* Queue ids out of what servers say, as they say it. */
#include "tests.h"

#include "smtp/queueid.h"

static const struct {
	const char *server;
	struct span text;
	const char *want;
} table[] = {
	{ "Postfix", SPAN_INIT("2.0.0 Ok: queued as 4F3K2a1bcd"), "4F3K2a1bcd" },
	{ "Postfix, long ids", SPAN_INIT("2.0.0 Ok: queued as 4cRZqv1wpnz1Q"), "4cRZqv1wpnz1Q" },
	{ "Exim", SPAN_INIT("OK id=1rA2b3-0004Xy-2T"), "1rA2b3-0004Xy-2T" },
	{ "Sendmail", SPAN_INIT("2.0.0 4ANB1x2y012345 Message accepted for delivery"),
	    "4ANB1x2y012345" },
	{ "OpenSMTPD", SPAN_INIT("2.0.0 5f2a9c1d Message accepted for delivery"), "5f2a9c1d" },
	{ "Exchange",
	    SPAN_INIT("2.6.0 <x@y.example> [InternalId=12345, Hostname=h.example] Queued mail for "
		      "delivery"),
	    "12345" },
	{ "Haraka", SPAN_INIT("Message Queued (6B2F-11.1)"), "6B2F-11.1" },
	{ "qmail", SPAN_INIT("ok 1311112222 qp 27821"), "27821" },
	{ "Google", SPAN_INIT("2.0.0 OK  1700000000 a1-20020abc.12 - gsmtp"), "a1-20020abc.12" },
	{ "none", SPAN_INIT("2.0.0 Thanks"), "" },
	{ "none", SPAN_INIT(""), "" },
	{ "nothing behind it", SPAN_INIT("queued as "), "" },
};

static void
each(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct span id = queueid_find(table[i].text);
		if (!span_eq(id, span_of(table[i].want)))
			fail_msg("%s: %.*s", table[i].server, SPAN_ARG(id));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each) };
	return cmocka_run_group_tests_name("queueid", tests, NULL, NULL);
}
