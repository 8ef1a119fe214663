/* Times and sizes: what people write, and all that text.h writes, is read back. */
#include "tests.h"

#include "base/quantity.h"
#include "base/text.h"

static void
times(void **state)
{
	static const struct {
		const char *in;
		uint64_t ms;
	} table[] = { { "10", 10000 }, { "500ms", 500 }, { "1.5s", 1500 }, { "1.5 s", 1500 },
		{ "0.5s", 500 }, { "0.25", 250 }, { "2m", 120000 }, { "2 min", 120000 },
		{ "1.5h", 5400000 }, { "0", 0 }, { "0s", 0 }, { "10S", 10000 },
		{ "1.000001s", 1001 }, { "0.3ms", 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		uint64_t ms = 77;
		if (!quantity_milliseconds(span_of(table[i].in), &ms) || ms != table[i].ms)
			fail_msg("%s: %llu", table[i].in, (unsigned long long)ms);
	}
}

static void
sizes(void **state)
{
	static const struct {
		const char *in;
		uint64_t octets;
	} table[] = { { "500", 500 }, { "64k", 65536 }, { "10M", 10485760 }, { "1G", 1 << 30 },
		{ "1.5k", 1536 }, { "25 MiB", 26214400 }, { "0.5 GiB", 1 << 29 }, { "3 octets", 3 },
		{ "8589934592g", 1ull << 63 } };

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		uint64_t octets = 77;
		if (!quantity_octets(span_of(table[i].in), &octets) || octets != table[i].octets)
			fail_msg("%s: %llu", table[i].in, (unsigned long long)octets);
	}
}

static void
nonsense(void **state)
{
	static const char *const table[] = { "", ".", "s", "1.", ".5s", "1..5s", "1.5.5s", "-1s",
		"1,5s", "1e3", "1x", "1 5", "10000000000", "0x10", "1.5sm", " 1s", "1.0000001s",
		"nan", "inf" };
	uint64_t n = 77;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (quantity_milliseconds(span_of(table[i]), &n) || n != 77)
			fail_msg("\"%s\" is a time: %llu", table[i], (unsigned long long)n);
	assert_false(quantity_octets(SPAN("1s"), &n));
	assert_false(quantity_octets(SPAN("8589934593"), &n));
	assert_false(quantity_octets(SPAN("8589934592TiB"), &n));
	assert_int_equal(n, 77);
}

/* The same words again, to the digits that were written. */
static void
what_is_written_is_read(void **state)
{
	char text[24], again[24];
	uint64_t back;

	(void)state;
	for (unsigned long long n = 1; n < 1ull << 42; n += n / 7 + 1) {
		text_size(text, n);
		if (!quantity_octets(span_of(text), &back))
			fail_msg("%llu octets are written %s", n, text);
		text_size(again, back);
		assert_string_equal(text, again);
	}
	for (unsigned long long ms = 1; ms < 1000000; ms += ms / 9 + 1) {
		text_limit(text, ms);
		if (!quantity_milliseconds(span_of(text), &back) || back != ms)
			fail_msg("%llu ms are written %s", ms, text);
		text_time(text, ms * 1000);
		if (!quantity_milliseconds(span_of(text), &back))
			fail_msg("%llu ms were measured as %s", ms, text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),
		cmocka_unit_test(sizes),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
