/* The record of TLSRPT: RFC 8460 3. */
#include "tests.h"

#include "smtp/tlsrpt.h"

static const struct { struct span text; const char *why; } records[] = {
	{ SPAN_INIT("v=TLSRPTv1;rua=mailto:reports@example.com"), NULL },
	{ SPAN_INIT("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt;"), NULL },
	{ SPAN_INIT("v=TLSRPTv1 ; x=y; rua= MAILTO:a@b.example , https://c.example/ ;"), NULL },
	{ SPAN_INIT("v=TLSRPTv1;"), "it has no rua" },
	{ SPAN_INIT("v=TLSRPTv1"), "it has no rua" },
	{ SPAN_INIT("v=TLSRPTv1; rua="), "its rua is empty" },
	{ SPAN_INIT("v=TLSRPTv1; rua=reports@example.com"), "one of its rua" },
	{ SPAN_INIT("v=TLSRPTv1; rua=mailto:a@b.example,,https://c.example"), "one of its rua" },
	{ SPAN_INIT("v=TLSRPTv1; rua=http://c.example"), "one of its rua" },
	{ SPAN_INIT("v=TLSRPTv2; rua=mailto:a@b.example"), "it does not begin" },
	{ SPAN_INIT("v=tlsrptv1; rua=mailto:a@b.example"), "it does not begin" },
	{ SPAN_INIT(""), "it does not begin" },
};

static void
each_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		const char *why;
		bool ok = tlsrpt_record_parse(records[i].text, &why);
		if (ok != !records[i].why ||
		    (!ok && !span_starts(span_of(why), span_of(records[i].why))))
			fail_msg("%s: %d %s", records[i].text.at, ok, ok ? "" : why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_record) };

	return cmocka_run_group_tests_name("tlsrpt", tests, NULL, NULL);
}
