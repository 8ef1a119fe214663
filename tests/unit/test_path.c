/* Addresses of MAIL and RCPT: which are well formed, and their parts. */
#include "tests.h"

#include <stdlib.h>

#include "smtp/path.h"
#include "split.h"

static const struct {
	const char *in;
	bool ok;
	const char *local, *domain;
	bool utf8;
} table[] = {
	{ "<>", true, "", "", false },
	{ "<postmaster>", true, "postmaster", "", false },
	{ "<a@b.example>", true, "a", "b.example", false },
	{ "<a.b+c=d@b-c.example>", true, "a.b+c=d", "b-c.example", false },
	{ "<a@localhost>", true, "a", "localhost", false },
	{ "<a@[192.0.2.1]>", true, "a", "[192.0.2.1]", false },
	{ "<a@[IPv6:2001:db8::1]>", true, "a", "[IPv6:2001:db8::1]", false },
	{ "<\"a@b \\\" c\"@d.example>", true, "\"a@b \\\" c\"", "d.example", false },
	{ "<@x.example,@y.example:a@b.example>", true, "a", "b.example", false },
	{ "<\xC3\xA4@\xC3\xB6.example>", true, "\xC3\xA4", "\xC3\xB6.example", true },
	{ "a@b.example", false, "", "", false },
	{ "<a@b.example", false, "", "", false },
	{ "", false, "", "", false },
	{ "<", false, "", "", false },
	{ "<@>", false, "", "", false },
	{ "<a@>", false, "", "", false },
	{ "<@b.example>", false, "", "", false },
	{ "<a>", false, "", "", false },
	{ "<a@b@c>", false, "", "", false },
	{ "<.a@b>", false, "", "", false },
	{ "<a.@b>", false, "", "", false },
	{ "<a..b@c>", false, "", "", false },
	{ "<a b@c>", false, "", "", false },
	{ "<a@b..c>", false, "", "", false },
	{ "<a@-b>", false, "", "", false },
	{ "<a@x192.0.2.1]>", false, "", "", false },
	{ "<a@[192.0.2.1>", false, "", "", false },
	{ "<a@[192.0.2.256]>", false, "", "", false },
	{ "<a@[2001:db8::1]>", false, "", "", false },
	{ "<\"a\"b@c>", false, "", "", false },
	{ "<\"a@c>", false, "", "", false },
	{ "<@x:>", false, "", "", false },
	{ "<@x,,@y:a@b>", false, "", "", false },
	{ "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b>", false, "", "",
	    false },
};

static void
paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct span in = span_of(table[i].in);
		char *mem = exact_copy(in);
		struct path path;
		const char *wrong = path_parse((struct span){ mem, in.len }, &path);
		if ((wrong == NULL) != table[i].ok)
			fail_msg("%s: %s", table[i].in, wrong ? wrong : "taken");
		if (!wrong &&
		    (!span_eq(path.local, span_of(table[i].local)) ||
			!span_eq(path.domain, span_of(table[i].domain)) ||
			path.utf8 != table[i].utf8))
			fail_msg("%s: local %.*s, domain %.*s", table[i].in, SPAN_ARG(path.local),
			    SPAN_ARG(path.domain));
		free(mem);
	}
}

static void
hosts(void **state)
{
	(void)state;
	assert_true(path_is_host(SPAN("mx1.example.org")));
	assert_true(path_is_host(SPAN("[127.0.0.1]")));
	assert_true(path_is_host(SPAN("under_score.example")));
	assert_false(path_is_host(SPAN("")));
	assert_false(path_is_host(SPAN("a b")));
	assert_false(path_is_host(SPAN("example.org.")));
	assert_false(path_is_host(SPAN("[]")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(paths), cmocka_unit_test(hosts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
