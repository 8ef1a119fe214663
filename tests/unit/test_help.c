/* /help: there is a screen for everything that can be said, and it fits. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "smtp/verb.h"
#include "ui/prompt/commands/list.h"
#include "ui/prompt/help.h"

static struct session_view view;

/* What /help says of the word on a terminal this wide; NULL: nothing. */
static char *
screen_of(const char *word, unsigned columns)
{
	char *text = NULL;
	size_t size = 0;
	struct screen s = {
		.out = open_memstream(&text, &size), .terminal = true, .columns = columns
	};
	bool any = true;

	if (word)
		any = help_word(&s, &view, span_of(word), prompt_commands);
	else
		help_state(&s, &view, prompt_commands);
	fclose(s.out);
	screen_release(&s);
	if (any)
		return text;
	free(text);
	return NULL;
}

static void
assert_fits(const char *word, const char *text, unsigned columns)
{
	struct span rest = span_of(text), line;

	while (span_line(&rest, &line))
		/* what may be copied is not broken */
		if (text_width(line) > columns && !span_starts(line, SPAN("    ")))
			fail_msg("/help %s: %.*s", word, SPAN_ARG(line));
}

static void
a_screen_of(const char *word)
{
	char *text = screen_of(word, 80);

	if (!text)
		fail_msg("/help %s: nothing", word);
	if (!word || strlen(text) < 20)
		fail_msg("/help %s: %s", word, text);
	assert_fits(word, text, 80);
	free(text);
}

static void
everything_has_one(void **state)
{
	(void)state;
	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		a_screen_of(verb_info(verb)->name);
	for (const struct help_topic *t = help_topics; t->name; t++)
		a_screen_of(t->name);
	for (struct prompt_word w = { .table = prompt_commands }; prompt_next_word(&w);)
		a_screen_of(w.name);
	a_screen_of("commands");
	a_screen_of("/open");
	assert_null(screen_of("xyzzy", 80));
}

/* Every command stands in the list, and each state says what can come next. */
static void
the_list_is_whole(void **state)
{
	char *text = screen_of("commands", 80);

	(void)state;
	for (struct prompt_word w = { .table = prompt_commands }; prompt_next_word(&w);) {
		char with[40];
		snprintf(with, sizeof with, "/%s", w.name);
		if (!strstr(text, with))
			fail_msg("%s is not in /help commands", with);
	}
	free(text);
	view.state = SESSION_OPEN;
	text = screen_of(NULL, 80);
	assert_non_null(strstr(text, "EHLO"));
	assert_fits("", text, 80);
	free(text);
}

static void
what_is_near_is_found(void **state)
{
	(void)state;
	assert_string_equal(help_nearest(SPAN("gredylisting"), prompt_commands), "greylisting");
	assert_string_equal(help_nearest(SPAN("STARTLTS"), prompt_commands), "STARTTLS");
	assert_null(help_nearest(SPAN("xyzzyxyzzy"), prompt_commands));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_has_one),
		cmocka_unit_test(the_list_is_whole),
		cmocka_unit_test(what_is_near_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
