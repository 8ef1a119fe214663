/* The record and the policy of MTA-STS: RFC 8461 3.1, 3.2 and 4.1. */
#include "tests.h"

#include "smtp/sts.h"

static const struct {
	struct span text;
	const char *id, *why;
} records[] = {
	{ SPAN_INIT("v=STSv1; id=20160831085700Z;"), "20160831085700Z", NULL },
	{ SPAN_INIT("v=STSv1;id=1"), "1", NULL },
	{ SPAN_INIT("v=STSv1 ;\t id=a ; x=y;"), "a", NULL },
	{ SPAN_INIT("v=STSv1; id=1; id=2"), "1", NULL },
	{ SPAN_INIT("v=STSv1; id=12345678901234567890123456789012"),
	    "12345678901234567890123456789012", NULL },
	{ SPAN_INIT("v=STSv1; id=123456789012345678901234567890123"), NULL, "its id is not" },
	{ SPAN_INIT("v=STSv1; id=a-b"), NULL, "its id is not" },
	{ SPAN_INIT("v=STSv1; id="), NULL, "its id is not" },
	{ SPAN_INIT("v=STSv1;"), NULL, "it has no id" },
	{ SPAN_INIT("v=STSv10; id=1"), NULL, "it does not begin" },
	{ SPAN_INIT("id=1; v=STSv1"), NULL, "it does not begin" },
	{ SPAN_INIT(""), NULL, "it does not begin" },
};

static void
each_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		struct span id;
		const char *why;
		bool ok = sts_record_parse(records[i].text, &id, &why);
		if (ok != (records[i].id != NULL) || (ok && !span_eq(id, span_of(records[i].id))) ||
		    (!ok && !span_starts(span_of(why), span_of(records[i].why))))
			fail_msg(
			    "%s: %d %.*s %s", records[i].text.at, ok, SPAN_ARG(id), ok ? "" : why);
	}
}

#define HEAD "version: STSv1\n"
#define REST "mode: enforce\nmax_age: 604800\n"
static const struct {
	const char *text, *why;
	enum sts_mode mode;
	size_t nmx;
	unsigned max_age;
} policies[] = {
	{ HEAD "mode: enforce\nmx: mail.example.com\nmx: *.example.net\nmx: "
	       "backupmx.example.com\nmax_age: 604800\n",
	    NULL, STS_MODE_ENFORCE, 3, 604800 },
	{ "version: STSv1\r\nmode: testing\r\nmx: a.example\r\nmax_age: 0\r\n", NULL,
	    STS_MODE_TESTING, 1, 0 },
	{ "max_age:1\nmx:a\nmode:none\nversion:STSv1", NULL, STS_MODE_NONE, 1, 1 },
	{ HEAD "mode: none\nmax_age: 86400", NULL, STS_MODE_NONE, 0, 86400 },
	{ HEAD REST "mx: a.example\nmode: none\nextension: x:y\n\n", NULL, STS_MODE_ENFORCE, 1,
	    604800 },
	{ HEAD "mode: none\nmax_age: 31557600", NULL, STS_MODE_NONE, 0, 31557600 },
	{ HEAD "mode: none\nmax_age: 31557601", "its max_age", 0, 0, 0 },
	{ HEAD "mode: none\nmax_age: -1", "its max_age", 0, 0, 0 },
	{ HEAD REST, "it has no mx", 0, 0, 0 },
	{ HEAD REST "mx: a b\n", "one of its mx", 0, 0, 0 },
	{ HEAD REST "mx: a.*.example\n", "one of its mx", 0, 0, 0 },
	{ HEAD REST "mx: *.\n", "one of its mx", 0, 0, 0 },
	{ HEAD REST "mx: \x1b[31m\n", "one of its mx", 0, 0, 0 },
	{ HEAD "mode: Enforce\nmx: a\nmax_age: 1\n", "its mode", 0, 0, 0 },
	{ "version: STSv2\n" REST "mx: a\n", "its version", 0, 0, 0 },
	{ REST "mx: a\n", "it has no version", 0, 0, 0 },
	{ HEAD "max_age: 1\nmx: a\n", "it has no mode", 0, 0, 0 },
	{ HEAD "mode: none\n", "it has no max_age", 0, 0, 0 },
	{ "<!DOCTYPE html>\n", "one of its lines", 0, 0, 0 },
	{ "", "it has no version", 0, 0, 0 },
};

static void
each_policy(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
		struct sts_policy p;
		const char *why;
		bool ok = sts_policy_parse(span_of(policies[i].text), &arena, &p, &why);
		if (ok != !policies[i].why ||
		    (!ok && !span_starts(span_of(why), span_of(policies[i].why))))
			fail_msg("%s: %s", policies[i].text, ok ? "is a policy" : why);
		if (ok &&
		    (p.mode != policies[i].mode || p.nmx != policies[i].nmx ||
			p.max_age != policies[i].max_age))
			fail_msg("%s: mode %d, %zu mx, max_age %llu", policies[i].text, p.mode,
			    p.nmx, (unsigned long long)p.max_age);
	}
	arena_release(&arena);
}

static void
too_many_mx(void **state)
{
	struct arena arena = { 0 };
	struct span text = SPAN(HEAD REST);
	struct sts_policy p;
	const char *why;

	(void)state;
	for (size_t i = 0; i <= STS_MX_MAX; i++)
		text = arena_printf(&arena, "%.*smx: a\n", SPAN_ARG(text));
	assert_false(sts_policy_parse(text, &arena, &p, &why));
	assert_int_equal(p.nmx, STS_MX_MAX);
	arena_release(&arena);
}

static const struct { const char *mx, *host; bool named; } names[] = {
	{ "mail.example.com", "mail.example.com", true },
	{ "mail.example.com", "MAIL.example.COM", true },
	{ "mail.example.com", "mail2.example.com", false },
	{ "*.example.com", "mail.example.com", true },
	{ "*.example.com", "example.com", false },
	{ "*.example.com", "a.mail.example.com", false },
	{ "*.example.com", "*.example.com", true },
	{ "example.com", "mail.example.com", false },
	{ "*.example.com", "", false },
};

static void
each_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct span mx = span_of(names[i].mx);
		struct sts_policy p = { .mx = &mx, .nmx = 1 };
		if (sts_policy_names(&p, span_of(names[i].host)) != names[i].named)
			fail_msg("%s, %s", names[i].mx, names[i].host);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_record),
		cmocka_unit_test(each_policy),
		cmocka_unit_test(too_many_mx),
		cmocka_unit_test(each_name),
	};
	return cmocka_run_group_tests_name("sts", tests, NULL, NULL);
}
