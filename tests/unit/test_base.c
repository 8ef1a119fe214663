/* Spans, buffers, arenas, near words, errors. */
#include "tests.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/ere.h"
#include "base/err.h"
#include "base/suggest.h"
#include "base/utc.h"

static void
numbers(void **state)
{
	static const struct {
		struct span in;
		unsigned long long max;
		bool ok;
		unsigned long long want;
	} table[] = {
		{ SPAN_INIT("0"), 0, true, 0 },
		{ SPAN_INIT("1"), 0, false, 0 },
		{ SPAN_INIT(""), 9, false, 0 },
		{ SPAN_INIT("65535"), 65535, true, 65535 },
		{ SPAN_INIT("65536"), 65535, false, 0 },
		{ SPAN_INIT("+1"), 9, false, 0 },
		{ SPAN_INIT("1 "), 9, false, 0 },
		{ SPAN_INIT("007"), 9, true, 7 },
		{ SPAN_INIT("18446744073709551615"), ~0ull, true, ~0ull },
		{ SPAN_INIT("18446744073709551616"), ~0ull, false, 0 },
		{ SPAN_INIT("99999999999999999999999"), ~0ull, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		unsigned long long n = 4711;
		bool ok = span_number(table[i].in, table[i].max, &n);
		if (ok != table[i].ok || n != (ok ? table[i].want : 4711))
			fail_msg("%.*s: %d, %llu", SPAN_ARG(table[i].in), ok, n);
	}
}

static void
words_and_lines(void **state)
{
	struct span rest = SPAN("  AUTH \t PLAIN  x "), line;

	(void)state;
	assert_span(span_word(&rest), "AUTH");
	assert_span(span_word(&rest), "PLAIN");
	assert_span(span_word(&rest), "x");
	assert_int_equal(span_word(&rest).len, 0);
	rest = SPAN("a\r\n\nb\rc");
	assert_true(span_line(&rest, &line));
	assert_span(line, "a");
	assert_true(span_line(&rest, &line));
	assert_span(line, "");
	assert_true(span_line(&rest, &line));
	assert_span(line, "b\rc");
	assert_false(span_line(&rest, &line));
	rest = SPAN("host:25");
	assert_span(span_until(&rest, ':'), "host");
	assert_span(rest, "25");
	assert_span(span_until(&rest, ':'), "25");
	assert_int_equal(rest.len, 0);
}

static void
comparing(void **state)
{
	(void)state;
	assert_true(span_eq_case(SPAN("Size"), SPAN("SIZE")));
	assert_false(span_eq(SPAN("Size"), SPAN("SIZE")));
	assert_true(span_eq_case(SPAN("a\0B"), SPAN("A\0b")));
	assert_false(span_eq_case(SPAN("a\0b"), SPAN("a\0c")));
	assert_false(span_starts_case(SPAN("SI"), SPAN("SIZE")));
	assert_true(span_ends_case(SPAN("a.LOCAL"), SPAN(".local")));
	assert_true(span_eq(SPAN_NONE, SPAN("")));
	assert_int_equal(span_find(SPAN("abc"), SPAN("c")).len, 1);
	assert_int_equal(span_find(SPAN("abc"), SPAN("d")).len, 0);
	assert_span(span_find_case(SPAN("abCd"), SPAN("Bc")), "bCd");
	assert_null(span_find_case(SPAN("ab"), SPAN("abc")).at);
	assert_null(span_find_case(SPAN("ab"), SPAN("")).at);
	assert_span(span_trim_end(SPAN(" a \r\n\r"), "\r\n"), " a ");
	assert_span(span_trim_end(SPAN("a\0"), "\r\n"), "a\0");
	assert_int_equal(span_trim_end(SPAN("  "), " ").len, 0);
	assert_int_equal(span_skip(SPAN("ab"), 5).len, 0);
}

/* What goes in comes out in order, and never more than the maximum is held. */
static void
a_queue_of_octets(void **state)
{
	struct buf b;
	unsigned char in = 0, out = 0;
	size_t held = 0;

	(void)state;
	buf_init(&b, 1000);
	srand(1);
	for (int i = 0; i < 20000; i++) {
		char piece[300];
		size_t n = (size_t)rand() % sizeof piece, take = (size_t)rand() % 300;
		for (size_t k = 0; k < n; k++)
			piece[k] = (char)(unsigned char)(in + k);
		bool fits = buf_append(&b, (struct span){ piece, n });
		assert_int_equal(fits, held + n <= 1000);
		if (fits) {
			in = (unsigned char)(in + n);
			held += n;
		}
		take = take < held ? take : held;
		for (size_t k = 0; k < take; k++)
			assert_int_equal(
			    (unsigned char)buf_span(&b).at[k], (unsigned char)(out + k));
		buf_consume(&b, take);
		out = (unsigned char)(out + take);
		held -= take;
		assert_int_equal(buf_span(&b).len, held);
		if (held == 0)
			assert_null(b.mem);
	}
	buf_release(&b);
}

static void
a_full_queue(void **state)
{
	struct buf b;
	size_t room;

	(void)state;
	buf_init(&b, 4);
	assert_true(buf_append(&b, SPAN("abc")));
	assert_false(buf_printf(&b, "%d", 12));
	assert_span(buf_span(&b), "abc");
	assert_non_null(buf_reserve(&b, 100, &room));
	assert_int_equal(room, 1);
	assert_true(buf_printf(&b, "%d", 7));
	assert_null(buf_reserve(&b, 1, &room));
	assert_int_equal(room, 0);
	buf_release(&b);
}

static void
arenas(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t n = 1; n < 5000; n += 7) {
		unsigned char *mem = arena_get(&a, n);
		assert_int_equal((uintptr_t)mem % alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(mem[i], 0);
		memset(mem, 0xFF, n);
	}
	arena_reset(&a);
	assert_span(arena_printf(&a, "%s-%d", "x", 25), "x-25");
	char *string = arena_string(&a, SPAN("ab\0c"));
	assert_memory_equal(string, "ab\0c", 5);
	arena_release(&a);
	assert_null(a.first);
}

static const char *
nearest(const char *wanted)
{
	struct suggestion suggestion = suggest_begin(span_of(wanted));
	static const char *const words[] = { "verify", "version", "tls", "timeout", "helo",
		"help" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		suggest_try(&suggestion, words[i]);
	return suggestion.best ? suggestion.best : "";
}

static void
near_words(void **state)
{
	(void)state;
	assert_string_equal(nearest("verfiy"), "verify");
	assert_string_equal(nearest("timeot"), "timeout");
	assert_string_equal(nearest("time"), "timeout");
	assert_string_equal(nearest("xyzzy"), "");
	assert_string_equal(nearest("hleo"), "helo");
	assert_string_equal(nearest("HELLO"), "helo");
	assert_string_equal(nearest("foo"), "");
	assert_string_equal(nearest("helo"), "helo");
	assert_string_equal(nearest("a-word-that-is-longer-than-any-option-is"), "");
}

static void
errors(void **state)
{
	struct err err = { 0 };
	char many[600];

	(void)state;
	memset(many, 'x', sizeof many - 1);
	many[sizeof many - 1] = '\0';
	assert_false(err_set(&err, ERR_DNS, "no MX for %s", many));
	assert_int_equal(err.kind, 3);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_string_equal(err.text + sizeof err.text - 4, "...");
	assert_false(err_set(NULL, ERR_DNS, "x"));
	/* own and connection failures before expectations before replies, else the first */
	assert_int_equal(err_worse(ERR_REFUSED, ERR_TEMPORARY), ERR_REFUSED);
	assert_int_equal(err_worse(ERR_REFUSED, ERR_EXPECT), ERR_EXPECT);
	assert_int_equal(err_worse(ERR_EXPECT, ERR_PROTO), ERR_PROTO);
	assert_int_equal(err_worse(ERR_TIMEOUT, ERR_PROTO), ERR_TIMEOUT);
	assert_int_equal(err_worse(ERR_NONE, ERR_REFUSED), ERR_REFUSED);
}

/* Beyond 2038, before 1970, and each day of five centuries, whatever time_t is. */
static void
dates(void **state)
{
	static const struct {
		int64_t seconds;
		const char *shown;
	} table[] = {
		{ 0, "1970-01-01 00:00:00 4" },
		{ -1, "1969-12-31 23:59:59 3" },
		{ 951782400, "2000-02-29 00:00:00 2" },
		{ 2147483647, "2038-01-19 03:14:07 2" },
		{ 2147483648, "2038-01-19 03:14:08 2" },
		{ 4107542400, "2100-03-01 00:00:00 1" },
		{ 253402300799, "9999-12-31 23:59:59 5" },
		{ -62135596800, "1-01-01 00:00:00 1" },
	};
	struct tm tm, before = { 0 };
	char shown[40];

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		utc_date(table[i].seconds, &tm);
		snprintf(shown, sizeof shown, "%d-%02d-%02d %02d:%02d:%02d %d", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_wday);
		assert_string_equal(shown, table[i].shown);
		assert_int_equal(utc_seconds(&tm), table[i].seconds);
	}
	for (int64_t day = -100 * 365; day < 400 * 366; day++) {
		utc_date(day * 86400 + 43200, &tm);
		assert_int_equal(utc_seconds(&tm), day * 86400 + 43200);
		assert_true(
		    before.tm_mday == 0 || tm.tm_mday == before.tm_mday + 1 || tm.tm_mday == 1);
		before = tm;
	}
}

/*
 * What matches, leftmost and longest, and what its first group is; NULL: nothing matches, or the
 * expression is none.
 */
static void
expressions(void **state)
{
	static const struct {
		const char *ere, *text, *hit;
	} table[] = {
		{ "b", "abc", "b" },
		{ "x", "abc", NULL },
		{ "^b", "abc", NULL },
		{ "c$", "abc", "c" },
		{ "", "abc", "" },
		{ "a*", "caab", "" },
		{ "a+", "caab", "aa" },
		{ "foo|foobar", "a foobar", "foobar" },
		{ "(foo|foobar)x", "foobarx", "foobar" },
		{ "id=([0-9a-f]+)", "250 ok id=12ab;", "12ab" },
		{ "[^ ]+@[a-z.]+", "to b@c.example ok", "b@c.example" },
		{ "a{2,3}", "aaaa", "aaa" },
		{ "^a{2}$", "aaa", NULL },
		{ "(ab){2}", "ababab", "ab" },
		{ "a{,2}b", "aaab", "aab" },
		{ "[]x-]+", "a]-x", "]-x" },
		{ "[[:digit:][:upper:]]+", "abC9d", "C9" },
		{ "\\.", "a.b", "." },
		{ "\\w+", "--ab_1-", "ab_1" },
		{ "\\bcat\\b", "concat cat", "cat" },
		{ "([a-z-]+\\.)+", "mx.a-b.example", "a-b." },
		{ "(a*)*b", "aab", "aa" },
		{ "(a|b)*", "abba", "a" },
		{ ".*[a-z]{1,64}.*", "250 ok", "250 ok" },
		{ "a(|b)c", "abc", "b" },
		{ "a)", "a)", "a)" },
		{ "{2}", "{2}", "{2}" },
	};
	static const char *const none[] = {
		"(",
		"(a",
		"[a",
		"[z-a]",
		"[[:nope:]]",
		"a\\",
		"(a)\\1",
		"*a",
		"a|*",
		"a{3,2}",
		"a{2",
		"[a-z]{0,32767}",
		"((a{99}){99}){99}",
		"(.{50}){50}",
		"a{999999999999}",
	};
	char text[9000];
	struct arena arena = { 0 };
	struct err err;
	struct span hit;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct ere *e = ere_new(span_of(table[i].ere), 0, &arena, &err);
		bool ok = e && ere_search(e, span_of(table[i].text), &hit);
		if (ok != (table[i].hit != NULL) || (ok && !span_eq(hit, span_of(table[i].hit))))
			fail_msg("/%s/ on \"%s\": %.*s", table[i].ere, table[i].text,
			    SPAN_ARG(ok ? hit : SPAN("no match")));
	}
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (ere_new(span_of(none[i]), 0, &arena, &err))
			fail_msg("/%s/ was taken", none[i]);
	assert_true(
	    ere_search(ere_new(SPAN("^b.$"), ERE_LINES, &arena, &err), SPAN("a\nbc\nd"), &hit) &&
	    span_eq(hit, SPAN("bc")));
	assert_false(ere_search(ere_new(SPAN("a.b"), ERE_LINES, &arena, &err), SPAN("a\nb"), NULL));
	assert_true(ere_search(ere_new(SPAN("a.b"), 0, &arena, &err), SPAN("a\0b"), NULL));
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = "ab"[i * i % 7 % 2];
	assert_false(ere_search(ere_new(SPAN(".*a.{900}.{900}q"), 0, &arena, &err),
	    (struct span){ text, sizeof text }, NULL));
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(words_and_lines),
		cmocka_unit_test(comparing),
		cmocka_unit_test(a_queue_of_octets),
		cmocka_unit_test(a_full_queue),
		cmocka_unit_test(arenas),
		cmocka_unit_test(near_words),
		cmocka_unit_test(errors),
		cmocka_unit_test(dates),
		cmocka_unit_test(expressions),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
