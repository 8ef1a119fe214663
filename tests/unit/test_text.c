/* Octets made safe: nothing a peer sends drives a terminal. */
#include "tests.h"

#include <locale.h>

#include "base/text.h"
#include "split.h"

static void
made_safe(void **state)
{
	static const struct { struct span in, want; } table[] = {
		{ SPAN_INIT("plain text"), SPAN_INIT("plain text") },
		{ SPAN_INIT(""), SPAN_INIT("") },
		{ SPAN_INIT("\033[2J"), SPAN_INIT("\\x1B[2J") },
		{ SPAN_INIT("a\rb\nc\0d"), SPAN_INIT("a\\x0Db\\x0Ac\\x00d") },
		{ SPAN_INIT("gr\xC3\xBC\xC3\x9F"), SPAN_INIT("gr\xC3\xBC\xC3\x9F") },
		{ SPAN_INIT("\xE6\x97\xA5\xE6\x9C\xAC"), SPAN_INIT("\xE6\x97\xA5\xE6\x9C\xAC") },
		{ SPAN_INIT("\xE4 Latin-1"), SPAN_INIT("\\xE4 Latin-1") },
		{ SPAN_INIT("\xC0\xAF"), SPAN_INIT("\\xC0\\xAF") },		/* over-long */
		{ SPAN_INIT("\xED\xA0\x80"), SPAN_INIT("\\xED\\xA0\\x80") },	/* a surrogate */
		/* beyond Unicode */
		{ SPAN_INIT("\xF4\x90\x80\x80"), SPAN_INIT("\\xF4\\x90\\x80\\x80") },
		{ SPAN_INIT("cut \xE6\x97"), SPAN_INIT("cut \\xE6\\x97") },
		{ SPAN_INIT("\xC2\x9B" "31m"), SPAN_INIT("\\xC2\\x9B" "31m") },	/* C1 CSI */
		{ SPAN_INIT("\x7F"), SPAN_INIT("\\x7F") },
		/* right-to-left override */
		{ SPAN_INIT("a\xE2\x80\xAE" "b"), SPAN_INIT("a\\xE2\\x80\\xAE" "b") },
		/* an isolate */
		{ SPAN_INIT("a\xE2\x81\xA6" "b"), SPAN_INIT("a\\xE2\\x81\\xA6" "b") },
		/* no width */
		{ SPAN_INIT("a\xE2\x80\x8B" "b"), SPAN_INIT("a\\xE2\\x80\\x8B" "b") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct arena arena = { 0 };
		char *exact = exact_copy(table[i].in);
		struct span safe = text_safe(&arena, (struct span){ exact, table[i].in.len });
		if (!span_eq(safe, table[i].want))
			fail_msg("row %zu: %.*s", i, SPAN_ARG(safe));
		assert_true(text_is_utf8(safe));
		free(exact);
		arena_release(&arena);
	}
}

/* Every octet, alone and between others, comes out printable. */
static void
every_octet(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (unsigned d = 0; d < 256; d++) {
			struct arena arena = { 0 };
			char in[2] = { (char)c, (char)d };
			struct span safe = text_safe(&arena, (struct span){ in, 2 });
			for (size_t i = 0; i < safe.len; i++)
				assert_false((unsigned char)safe.at[i] < ' ' || safe.at[i] == 0x7F);
			assert_true(text_is_utf8(safe));
			arena_release(&arena);
		}
}

static void
widths(void **state)
{
	(void)state;
	assert_int_equal(text_width(SPAN("abc")), 3);
	assert_int_equal(text_width(SPAN("\xE6\x97\xA5\xE6\x9C\xAC")), 4);
	assert_int_equal(text_width(SPAN("e\xCC\x81")), 1);
	assert_span(text_fit(SPAN("one two three"), 8), "one two");
	assert_span(text_fit(SPAN("onetwothree"), 4), "onet");
	assert_span(text_fit(SPAN("ab"), 10), "ab");
	assert_span(text_fit(SPAN("\xE6\x97\xA5"), 1), "\xE6\x97\xA5");
}

static void
human_numbers(void **state)
{
	char out[24];

	(void)state;
	text_size(out, 512);
	assert_string_equal(out, "512 octets");
	text_size(out, 26214400);
	assert_string_equal(out, "25 MiB");
	text_size(out, 10240000);
	assert_string_equal(out, "9.77 MiB");
	text_limit(out, 300);
	assert_string_equal(out, "300 ms");
	text_limit(out, 1500);
	assert_string_equal(out, "1.5 s");
	text_limit(out, 86400000);
	assert_string_equal(out, "86400 s");
	text_time(out, 12345);
	assert_string_equal(out, "12 ms");
	text_time(out, 1250000);
	assert_string_equal(out, "1.25 s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_safe),
		cmocka_unit_test(every_octet),
		cmocka_unit_test(widths),
		cmocka_unit_test(human_numbers),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
