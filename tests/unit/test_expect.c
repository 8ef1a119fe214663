/*
 * What a reply is compared with: the five levels, patterns, typed places, EHLO's sets,
 * normalisation and masks.
 */
#include "tests.h"

#include <stdio.h>

#include "run/script/script.h"

/* levels: one letter each at which it fits */
struct row { const char *expect; struct span reply; const char *levels; };

/* c class, d code, e enhanced, t text, x exact */
static const struct row rows[] = {
	{ "S: 250", SPAN_INIT("250 2.0.0 Ok\r\n"), "cdet" },
	{ "S: 250", SPAN_INIT("250\r\n"), "cdetx" },
	{ "S: 250 Ok", SPAN_INIT("250 Ok\r\n"), "cdetx" },
	{ "S: 250 Ok", SPAN_INIT("250  Ok \r\n"), "cdet" },
	{ "S: 250 Ok", SPAN_INIT("250 Fine\r\n"), "cde" },
	{ "S: 250 Ok", SPAN_INIT("251 Ok\r\n"), "c" },
	{ "S: 2xx", SPAN_INIT("251 Ok\r\n"), "cdet" },
	{ "S: 25x Ok", SPAN_INIT("221 Ok\r\n"), "c" },
	{ "S: 550|551", SPAN_INIT("551 Moved\r\n"), "cdet" },
	{ "S: 250", SPAN_INIT("550 No\r\n"), "" },
	{ "S: *", SPAN_INIT("hello\r\n"), "cdetx" },
	{ "S: 250 2.1.0 Ok", SPAN_INIT("250 2.1.0 Sender ok\r\n"), "cde" },
	{ "S: 250 2.1.0 Ok", SPAN_INIT("250 2.1.5 Ok\r\n"), "cd" },
	{ "S: 250 2.1.0", SPAN_INIT("250 Ok\r\n"), "cd" },
	{ "S: 550 5.1.1 ...", SPAN_INIT("550 5.1.1 Who?\r\n"), "cdetx" },
	{ "S: 550 5.1.1 ...", SPAN_INIT("550 5.7.1 No\r\n"), "c" },
	{ "S: 250 [..]queued as {{q:queueid}}", SPAN_INIT("250 2.0.0 Ok: queued as 4F2A1B3C9D\r\n"),
	    "cdetx" },
	{ "S: 250 [..]queued as {{q:queueid}}", SPAN_INIT("250 2.0.0 Ok: taken\r\n"), "c" },
	{ "S: 220 {{h:host}} ESMTP [..] {{h}}", SPAN_INIT("220 Mx.example ESMTP x mx.example\r\n"),
	    "cdetx" },
	{ "S: 220 {{h:host}} ESMTP [..] {{h}}", SPAN_INIT("220 mx.example ESMTP x my.example\r\n"),
	    "c" },
	{ "S: 250 /^Ok: [0-9]+$/", SPAN_INIT("250 Ok: 17\r\n"), "cdetx" },
	{ "S: 250 /^Ok: [0-9]+$/", SPAN_INIT("250 Ok: x\r\n"), "c" },
	{ "S: 250 \\/a", SPAN_INIT("250 /a\r\n"), "cdetx" },
	{ "S: 250 a \\[..] \\{{ \\...", SPAN_INIT("250 a [..] {{ ...\r\n"), "cdetx" },
	{ "S: 250-a\nS: 250 b", SPAN_INIT("250-a\r\n250 b\r\n"), "cdetx" },
	{ "S: 250-a\nS: 250 b", SPAN_INIT("250-a\r\n250-c\r\n250 b\r\n"), "cde" },
	{ "S: 250-a\nS: 250 ...", SPAN_INIT("250-a\r\n250-c\r\n250 b\r\n"), "cdetx" },
	{ "S: 250-a\nS: ...\nS: 250 b", SPAN_INIT("250-a\r\n250-c\r\n250 b\r\n"), "cdetx" },
	{ "S: 250-a\nS: ...", SPAN_INIT("250-x\r\n250 b\r\n"), "cde" },
	{ "S: 250", SPAN_INIT("250-a\r\n251 b\r\n"), "c" },
	{ "S: 2xx", SPAN_INIT("250-a\r\n550 b\r\n"), "" },
	{ "S: 250|251", SPAN_INIT("250-a\r\n251 b\r\n"), "c" },
	{ "S: 250-a\nS: 250 b", SPAN_INIT("250-a\r\n251 b\r\n"), "c" },
	{ "S: 250-a\nS: 250 ...", SPAN_INIT("250-a\r\n250-c\r\n550 b\r\n"), "" },
	{ "S: 250-a\nS: 251 b", SPAN_INIT("250-a\r\n251 b\r\n"), "cdetx" },
	{ "S: 250-a\nS: 251 b", SPAN_INIT("250-a\r\n250 b\r\n"), "c" },
	{ "S: 250-a\nS: 250-c\nS: 250 b", SPAN_INIT("250-a\r\nc\r\n250 b\r\n"), "" },
	{ "E: 250-mx.example\nS: 250 DSN", SPAN_INIT("250-mx.example\r\n251 DSN\r\n"), "c" },
	{ "S: *", SPAN_INIT("250-a\r\n550 b\r\n"), "cdetx" },
	{ "S: 250 Queued as 4F2A1B3C9D", SPAN_INIT("250 Queued as 77AB12CD01\r\n"), "cdet" },
	{ "S: 250 id=1abcde-000123-AB", SPAN_INIT("250 id=1xyzab-0045zz-QQ\r\n"), "cdet" },
	{ "S: 221 Bye, Mon, 1 Jan 2024 10:00:00 +0000",
	    SPAN_INIT("221 Bye, Tue, 23 Nov 2026 11:12:13 +0100\r\n"), "cdet" },
	{ "S: 250 Hello [127.0.0.1]", SPAN_INIT("250 Hello [192.0.2.9]\r\n"), "cdet" },
	{ "S: 250 by mx[4711]: ok", SPAN_INIT("250 by mx[815]: ok\r\n"), "cdet" },
	{ "S: 250 by mx[4711: ok", SPAN_INIT("250 by mx[815: ok\r\n"), "cde" },
	{ "S: 220 mx ESMTP pid 4711", SPAN_INIT("220 mx ESMTP pid 815\r\n"), "cdet" },
	{ "S: 250 Hello x[127.0.0.1]", SPAN_INIT("250 Hello x[192.0.2.9]\r\n"), "cdet" },
	{ "S: 250 accepted deadbeef", SPAN_INIT("250 accepted facade\r\n"), "cde" },
	{ "S: 334 VXNlcm5hbWU6", SPAN_INIT("334 UGFzc3dvcmQ6\r\n"), "cdet" },
	{ "E: 250-mx.example hi\nS: 250-SIZE 10\nS: 250 STARTTLS",
	    SPAN_INIT("250-mx.example hi\r\n250-starttls\r\n250 SIZE 10\r\n"), "cdet" },
	{ "E: 250-mx.example hi\nS: 250-SIZE 10\nS: 250 STARTTLS",
	    SPAN_INIT("250-mx.example hi\r\n250-STARTTLS\r\n250-DSN\r\n250 SIZE 20\r\n"), "cde" },
	{ "E: 250-mx.example\nS: 250 STARTTLS", SPAN_INIT("250-mx.example\r\n250 SIZE\r\n"), "cd" },
	{ "E: 250-mx.example\nS: 250-STARTTLS\nS: 250 ...",
	    SPAN_INIT("250-mx.example\r\n250-STARTTLS\r\n250 SIZE\r\n"), "cdetx" },
	{ "E: 250-mx.example\nS: 250-AUTH [..]PLAIN[..]\nS: 250 ...",
	    SPAN_INIT("250-mx.example\r\n250-X\r\n250 AUTH LOGIN PLAIN\r\n"), "cdet" },
};

static void
check(const struct row *row, enum match_level level, char letter)
{
	struct arena arena = { 0 };
	struct err err = { 0 };
	struct span text = span_of(row->expect);
	bool ehlo = text.at[0] == 'E';
	char copy[300];

	snprintf(copy, sizeof copy, "S%.*s\n", SPAN_ARG(span_skip(text, 1)));
	struct script *s = script_parse("t", span_of(copy), NULL, &err);
	if (!s)
		fail_msg("%s: %s", row->expect, err.text);
	struct script_vars vars = { .names = &s->names, .arena = &arena };
	struct reply reply;
	struct match_result result;
	assert_int_equal(reply_parse(row->reply, &arena, &reply), row->reply.len);
	struct match_how how = {
		.level = level, .masks = MASKS_ALL, .host = SPAN("mx.example"), .ehlo = ehlo
	};
	bool fits = expect_match(s->prelude->reply[0], &reply, &how, &vars, &arena, &result);
	if (fits != (strchr(row->levels, letter) != NULL) || fits != result.ok ||
	    (!fits && !result.why[0]))
		fail_msg("%s against %.*s at %s: %s (%s)", row->expect, SPAN_ARG(row->reply),
		    match_level_word(level), fits ? "fits" : "does not fit", result.why);
	arena_release(&arena);
	script_free(s);
}

static void
test_levels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int level = 0; level < MATCH_UNSET; level++)
			check(&rows[i], (enum match_level)level, "cdetx"[level]);
}

static void
test_captured(void **state)
{
	struct arena arena = { 0 };
	struct err err;
	struct script *s = script_parse(
	    "t", SPAN("S: 250 {{a:int}} <{{b:word}}> {{:any}}, {{c:rest}}\n"), NULL, &err);
	struct script_vars vars = { .names = &s->names, .arena = &arena };
	struct reply reply;
	struct match_result result;

	(void)state;
	reply_parse(SPAN("250 12 <x@y.example> and so on, the end\r\n"), &arena, &reply);
	assert_true(expect_match(s->prelude->reply[0], &reply,
	    &(struct match_how){ .level = MATCH_CODE }, &vars, &arena, &result));
	assert_span(vars.value[names_find(&s->names, SPAN("a"))], "12");
	assert_span(vars.value[names_find(&s->names, SPAN("b"))], "x@y.example");
	assert_span(vars.value[names_find(&s->names, SPAN("c"))], "the end");
	arena_release(&arena);
	script_free(s);
}

/* A pattern that could be tried in ever more ways is given up. */
static void
test_bounded(void **state)
{
	struct arena arena = { 0 };
	struct err err;
	struct script *s = script_parse(
	    "t", SPAN("S: 250 [..]a[..]a[..]a[..]a[..]a[..]a[..]a[..]b\n"), NULL, &err);
	struct script_vars vars = { .names = &s->names, .arena = &arena };
	struct reply reply;
	struct match_result result;
	char text[512];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text, "250 ", 4);
	memcpy(text + 510, "\r\n", 2);
	reply_parse((struct span){ text, 512 }, &arena, &reply);
	assert_false(expect_match(s->prelude->reply[0], &reply,
	    &(struct match_how){ .level = MATCH_CODE }, &vars, &arena, &result));
	arena_release(&arena);
	script_free(s);
}

static void
test_secrets(void **state)
{
	static const struct span secret[] = { SPAN_INIT("user"), SPAN_INIT("password") };
	struct arena arena = { 0 };
	struct err err;
	struct script *s = script_parse("t",
	    SPAN("C: AUTH PLAIN {{plain user password}} {{password}}\n"),
	    &(struct script_opts){ .secret = secret, .nsecret = 2 }, &err);
	struct script_vars vars = { .names = &s->names, .arena = &arena };
	struct span sent, shown;

	(void)state;
	vars_set(&vars, 0, SPAN("alice"));
	vars_set(&vars, 1, SPAN("s3cret"));
	assert_true(text_fill(&s->prelude->say[0].text, &vars, &arena, &sent, &shown, &err));
	assert_span(sent, "AUTH PLAIN AGFsaWNlAHMzY3JldA== s3cret");
	assert_span(shown, "AUTH PLAIN {{plain user password}} {{password}}");
	assert_span(
	    vars_redact(&vars, &arena, SPAN("no AGFsaWNlAHMzY3JldA== nor czNjcmV0 nor s3cret")),
	    "no {{plain user password}} nor {{b64 password}} nor {{password}}");
	arena_release(&arena);
	script_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_captured),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_secrets),
	};

	return cmocka_run_group_tests_name("expect", tests, NULL, NULL);
}
