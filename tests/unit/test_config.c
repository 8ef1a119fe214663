/* The user's file of options: what it may say, and where a line that it may not is blamed. */
#include "tests.h"

#include <stdio.h>

#include "ui/options/config.h"

static const struct command talk = {
	.name = "", .args = "[TARGET]", .help = "Talk", .scope = SCOPE_TALK
};
static const struct command probe = {
	.name = "probe", .args = "TARGET...", .help = "Probe", .scope = SCOPE_PROBE
};
static const struct command *const commands[] = { &talk, &probe, NULL };

static bool
only_at_prompt(struct span name)
{
	return span_eq(name, SPAN("again"));
}

static const struct program program = { commands, only_at_prompt };

static const struct {
	const char *text;
	unsigned line;			/* that is blamed; 0: it is right */
	const char *why;
} table[] = {
	{ "", 0, NULL },
	{ "# a comment\n\n[defaults]\nhelo = me.example.org\n", 0, NULL },
	{ "[work]\ntarget = mx.example.org\nuser = me\nauth-insecure\n", 0, NULL },
	{ "[defaults]\n[work]\ntarget = a\n[defaults]\nhelo = b\n", 0, NULL },
	{ "[aliases]\nhi = EHLO me\nboth = /starttls\n", 0, NULL },

	{ "helo = me\n", 1, "[defaults]" },
	{ "[defaults]\nhelp\n", 2, "command line" },
	{ "[defaults]\nhelicopter = me\n", 2, "helicopter" },
	{ "[defaults]\nhel = me\n", 2, "helo" },
	{ "[defaults]\npassword = hunter2\n", 2, "password-command" },
	{ "[defaults]\nmy-token = hunter2\n", 2, "password-command" },
	{ "[defaults]\nauth-insecure\n", 2, "section of a target" },
	{ "[defaults]\ntls = off\n", 2, "section of a target" },
	{ "[defaults]\nauth-insecure = off\n", 0, NULL },
	{ "[defaults]\npassword-file = /p\n", 2, "section of a target" },
	{ "[work]\nuser = me\n", 2, "target" },
	{ "[work]\n[home]\ntarget = a\n", 2, "[work]" },
	{ "[work]\ntarget = a\ntarget = b\n", 3, "already" },
	{ "[work]\ntarget =\n", 2, "target = HOST" },
	{ "[work]\ntarget = a\n[work]\ntarget = b\n", 3, "duplicate" },
	{ "[probe]\ntarget = a\n", 1, "subcommand" },
	{ "[a b]\ntarget = a\n", 1, "[NAME]" },
	{ "[-v]\ntarget = a\n", 1, "[NAME]" },
	{ "[work\ntarget = a\n", 1, "[NAME]" },
	{ "[aliases]\nstarttls = EHLO me\n", 2, "/starttls" },
	{ "[aliases]\nagain = EHLO me\n", 2, "/again" },
	{ "[aliases]\nhi = /ho\nho = NOOP\n", 2, "/ho" },
	{ "[aliases]\nhi = NOOP\nhi = RSET\n", 3, "duplicate" },
	{ "[aliases]\nhi =\n", 2, "NAME = LINE" },
	{ "[aliases]\n1 = NOOP\n", 2, "NAME = LINE" },
};

static void
a_wrong_line_is_blamed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct arena arena = { 0 };
		struct config c = { .path = "FILE" };
		struct err err = { 0 };
		char place[16];
		bool ok = config_parse(&c, span_of(table[i].text), &arena, &program, &err);
		snprintf(place, sizeof place, "FILE:%u: ", table[i].line);
		if (ok != (table[i].line == 0) ||
		    (!ok && (!strstr(err.text, table[i].why) ||
				strncmp(err.text, place, strlen(place)) != 0)))
			fail_msg("%s: %s", table[i].text, err.text);
		arena_release(&arena);
	}
}

static void
sections_keep_what_they_say(void **state)
{
	struct arena arena = { 0 };
	struct config c = { .path = "FILE" };
	struct err err = { 0 };
	const struct config_section *work;

	(void)state;
	assert_true(config_parse(&c,
	    SPAN("[defaults]\nhelo = one\n[work]\ntarget = mx.example.org 2525\nuser = me\n"
		 "[aliases]\nhi = EHLO me\n[defaults]\ntimeout = 5s\n"),
	    &arena, &program, &err));
	assert_span(c.defaults->name, "helo");
	assert_span(c.defaults->value, "one");
	assert_span(c.defaults->next->name, "timeout");
	assert_int_equal(c.defaults->next->number, 9);
	assert_null(c.defaults->next->next);
	work = config_find(&c, SPAN("work"));
	assert_non_null(work);
	assert_span(work->target, "mx.example.org 2525");
	assert_span(work->first->name, "user");
	assert_span(work->first->value, "me");
	assert_null(work->first->next);
	assert_null(config_find(&c, SPAN("Work")));
	assert_span(config_alias(&c, SPAN("hi")), "EHLO me");
	assert_int_equal(config_alias(&c, SPAN("h")).len, 0);
	assert_null(config_find(NULL, SPAN("work")));
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_line_is_blamed),
		cmocka_unit_test(sections_keep_what_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
