/* What is typed short for a command, and what a line asks of the user's shell. */
#include "tests.h"

#include "ui/prompt/commands/list.h"
#include "ui/prompt/shell.h"
#include "ui/prompt/shorthand.h"

static const struct {
	const char *line;
	bool bare;
	const char *whole;
} short_lines[] = {
	{ "/starttl", false, "/starttls" },
	{ "/expl 550 5.1.1", false, "/explain 550 5.1.1" },
	{ "/send", false, "/send" },
	{ "/?", false, "/help" },
	{ "/exit", false, "/quit" },
	{ "/EXIT now", false, "/quit now" },

	/* several begin so, or none */
	{ "/s", false, "/s" },
	{ "/", false, "/" },
	{ "/nothing-begins-so", false, "/nothing-begins-so" },
	{ "/ help", false, "/ help" },

	/* a bare word is the server's, unless there is none */
	{ "HELP", false, "HELP" },
	{ "quit", false, "quit" },
	{ "help", true, "/help" },
	{ "HELP auth", true, "/help auth" },
	{ "?", true, "/help" },
	{ "exit", true, "/quit" },
	{ "version", true, "/version" },
	{ "helpful", true, "helpful" },
	{ "EHLO me", true, "EHLO me" },
	{ "", true, "" },
};

static void
names_are_written_out(void **state)
{
	struct buf room = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof short_lines / sizeof *short_lines; i++) {
		struct span whole = shorthand_expand(
		    &room, prompt_commands, span_of(short_lines[i].line), short_lines[i].bare);
		if (!span_eq(whole, span_of(short_lines[i].whole)))
			fail_msg("%s: %.*s", short_lines[i].line, SPAN_ARG(whole));
	}
	buf_release(&room);
}

static void
beginnings_are_listed(void **state)
{
	struct buf list = { .max = 4096 };

	(void)state;
	assert_int_equal(shorthand_list(prompt_commands, SPAN("starttls"), &list), 1);
	assert_span(buf_span(&list), "/starttls");
	buf_consume(&list, buf_span(&list).len);
	assert_true(shorthand_list(prompt_commands, SPAN("se"), &list) > 1);
	assert_true(span_find(buf_span(&list), SPAN("/send, ")).len > 0);
	buf_consume(&list, buf_span(&list).len);
	assert_int_equal(shorthand_list(prompt_commands, SPAN("zz"), &list), 0);
	assert_int_equal(buf_span(&list).len, 0);
	buf_release(&list);
}

static const struct {
	const char *line, *shows, *command;	/* shows NULL: nothing is piped */
} piped[] = {
	{ "/last | less", "/last", "less" },
	{ "/last |wc -l | cat", "/last", "wc -l | cat" },
	{ "/explain 550 | grep Next", "/explain 550", "grep Next" },
	{ "/ext | grep -c .", "/ext", "grep -c ." },
	{ "/last", NULL, NULL },
	{ "/last a|b", NULL, NULL },			/* a word with a bar in it */
	{ "/send to=a@example.org | cat", NULL, NULL },	/* does more than show */
	{ "MAIL FROM:<a@b> | cat", NULL, NULL },		/* goes to the server as it is */
	{ "", NULL, NULL },
};

static void
only_what_shows_is_piped(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof piped / sizeof *piped; i++) {
		struct span line = span_of(piped[i].line), command = SPAN_NONE;
		bool is = shell_split(prompt_commands, &line, &command);
		if (is != (piped[i].shows != NULL) ||
		    !span_eq(line, span_of(is ? piped[i].shows : piped[i].line)) ||
		    (is && !span_eq(command, span_of(piped[i].command))))
			fail_msg("%s: \"%.*s\", \"%.*s\"", piped[i].line, SPAN_ARG(line),
			    SPAN_ARG(command));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_written_out),
		cmocka_unit_test(beginnings_are_listed),
		cmocka_unit_test(only_what_shows_is_piped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
