/*
 * Replies out of octets: lines, codes, enhanced codes, flaws, and that only the whole of one is
 * one.
 */
#include "tests.h"

#include <stdio.h>

#include "smtp/reply.h"
#include "split.h"

struct want {
	const char *name;
	struct span in;
	unsigned code;
	size_t lines;
	unsigned flaws;
	const char *status;
};

static const struct want table[] = {
	{ "one line", SPAN_INIT("220 mx ready\r\n"), 220, 1, 0, "0.0.0" },
	{ "code alone", SPAN_INIT("250\r\n"), 250, 1, 0, "0.0.0" },
	{ "code and blank", SPAN_INIT("250 \r\n"), 250, 1, 0, "0.0.0" },
	{ "two lines", SPAN_INIT("250-mx\r\n250 SIZE 10\r\n"), 250, 2, 0, "0.0.0" },
	{ "bare more", SPAN_INIT("250-\r\n250 x\r\n"), 250, 2, 0, "0.0.0" },
	{ "enhanced", SPAN_INIT("550 5.1.1 No such user\r\n"), 550, 1, 0, "5.1.1" },
	{ "enhanced of three digits", SPAN_INIT("550 5.7.124 x\r\n"), 550, 1, 0, "5.7.124" },
	{ "no enhanced: four digits", SPAN_INIT("550 5.7.1240 x\r\n"), 550, 1, 0, "0.0.0" },
	{ "no enhanced: a version", SPAN_INIT("220 2.1 ready\r\n"), 220, 1, 0, "0.0.0" },
	{ "class differs", SPAN_INIT("450 5.1.1 x\r\n"), 450, 1, REPLY_CLASS_DIFFERS, "5.1.1" },
	{ "codes differ", SPAN_INIT("250-mx\r\n251 x\r\n"), 250, 2, REPLY_CODES_DIFFER, "0.0.0" },
	{ "classes differ", SPAN_INIT("250-mx\r\n550 x\r\n"), 250, 2, REPLY_MIXED, "0.0.0" },
	{ "bare LF", SPAN_INIT("250 x\n"), 250, 1, REPLY_BARE_LF, "0.0.0" },
	{ "bare LF within", SPAN_INIT("214-a\n214 b\r\n"), 214, 2, REPLY_BARE_LF, "0.0.0" },
	{ "bare CR", SPAN_INIT("250 a\rb\r\n"), 250, 1, REPLY_BARE_CR, "0.0.0" },
	{ "no code", SPAN_INIT("hello\r\n"), 0, 1, REPLY_NO_CODE, "0.0.0" },
	{ "empty line", SPAN_INIT("\r\n"), 0, 1, REPLY_NO_CODE, "0.0.0" },
	{ "no code within", SPAN_INIT("250-a\r\nb\r\n250 c\r\n"), 250, 3, REPLY_NO_CODE, "0.0.0" },
	{ "four digits", SPAN_INIT("2500 a\r\n"), 0, 1, REPLY_NO_CODE, "0.0.0" },
	{ "two digits", SPAN_INIT("25 a\r\n"), 0, 1, REPLY_NO_CODE, "0.0.0" },
	{ "code 199", SPAN_INIT("199 a\r\n"), 199, 1, REPLY_BAD_CODE, "0.0.0" },
	{ "code 600", SPAN_INIT("600 a\r\n"), 600, 1, REPLY_BAD_CODE, "0.0.0" },
	{ "separator", SPAN_INIT("250_a\r\n"), 250, 1, REPLY_BAD_SEPARATOR, "0.0.0" },
	{ "NUL", SPAN_INIT("250 a\0b\r\n"), 250, 1, REPLY_NUL, "0.0.0" },
	{ "escape", SPAN_INIT("250 \033[2J\r\n"), 250, 1, REPLY_CONTROL, "0.0.0" },
	{ "UTF-8 is no flaw", SPAN_INIT("250 \xC3\xA4\r\n"), 250, 1, 0, "0.0.0" },
	{ "Latin-1 is", SPAN_INIT("250 \xE4 x\r\n"), 250, 1, REPLY_EIGHT_BIT, "0.0.0" },
};

static void
check(const struct want *w, struct span in)
{
	struct arena arena = { 0 };
	struct reply r;
	char status[32];
	size_t n = reply_parse(in, &arena, &r);

	if (n != w->in.len || r.code != w->code || r.nlines != w->lines || r.flaws != w->flaws)
		fail_msg("%s: %zu octets, code %u, %zu lines, flaws %#x", w->name, n, r.code,
		    r.nlines, r.flaws);
	snprintf(
	    status, sizeof status, "%u.%u.%u", r.status.class, r.status.subject, r.status.detail);
	assert_string_equal(status, w->status);
	assert_int_equal(r.raw.len, n);
	arena_release(&arena);
}

static void
whole_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char *mem = exact_copy(table[i].in);
		check(&table[i], (struct span){ mem, table[i].in.len });
		free(mem);
	}
}

static void
prefixes_are_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t n = 0; n < table[i].in.len; n++) {
			struct arena arena = { 0 };
			struct reply r;
			char *mem = exact_copy(span_first(table[i].in, n));
			size_t took = reply_parse((struct span){ mem, n }, &arena, &r);
			if (took != 0)
				fail_msg("%s: %zu octets of it are a reply of %zu", table[i].name,
				    n, took);
			free(mem);
			arena_release(&arena);
		}
}

static void
the_rest_stays(void **state)
{
	struct arena arena = { 0 };
	struct reply r;

	(void)state;
	assert_int_equal(reply_parse(SPAN("250 a\r\n550 b\r\n"), &arena, &r), 7);
	assert_int_equal(r.code, 250);
	arena_release(&arena);
}

static void
texts(void **state)
{
	struct arena arena = { 0 };
	struct reply r;

	(void)state;
	reply_parse(SPAN("250-mx.example\r\n250-AUTH PLAIN\r\n250 \r\n"), &arena, &r);
	assert_span(r.line[0], "mx.example");
	assert_span(r.line[1], "AUTH PLAIN");
	assert_span(r.line[2], "");
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_replies),
		cmocka_unit_test(prefixes_are_none),
		cmocka_unit_test(the_rest_stays),
		cmocka_unit_test(texts),
	};
	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
