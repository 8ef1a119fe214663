/* Running text on a screen: where it wraps, how it hangs, and that a pipe gets one line. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>

#include "ui/show/flow.h"

static const struct want {
	const char *name;
	unsigned columns;		/* 0: a pipe */
	unsigned column, indent;
	const char *text;
	const char *printed;
} table[] = {
	{ "it fits", 20, 0, 4, "one two three", "one two three\n" },
	{ "the last column is used", 13, 0, 4, "one two three", "one two three\n" },
	{ "one column too few", 12, 0, 4, "one two three", "one two\n    three\n" },
	{ "it hangs below its column", 40, 4, 20, "a text that is wider than forty columns are",
	    "a text that is wider than forty\n                    columns are\n" },
	{ "a narrow screen has no columns", 20, 0, 18, "alpha beta gamma delta",
	    "alpha beta gamma\n      delta\n" },
	{ "a word wider than the screen is cut", 12, 0, 2, "abcdefghijklmnopqrst",
	    "abcdefghijkl\n  mnopqrst\n" },
	{ "wide characters count two", 12, 0, 0,
	    "\xE6\xBC\xA2\xE5\xAD\x97 \xE6\xBC\xA2\xE5\xAD\x97 \xE6\xBC\xA2\xE5\xAD\x97",
	    "\xE6\xBC\xA2\xE5\xAD\x97 \xE6\xBC\xA2\xE5\xAD\x97\n\xE6\xBC\xA2\xE5\xAD\x97\n" },
	{ "blanks at a break are dropped", 12, 0, 2, "alpha   beta   gamma",
	    "alpha beta\n  gamma\n" },
	{ "a pipe does not wrap", 0, 0, 4,
	    "a text that is wider than any screen that a pipe could have, if it had one, which it "
	    "has not",
	    "a text that is wider than any screen that a pipe could have, if it had one, which it "
	    "has not\n" },
	{ "what a peer sent is made safe", 0, 0, 4, "a\033[2Jb", "a\\x1B[2Jb\n" },
	{ "nothing", 20, 0, 4, "", "\n" },
};

static void
text_wraps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct want *w = &table[i];
		char *printed = NULL;
		size_t size = 0;
		struct screen screen = { .out = open_memstream(&printed, &size),
			.terminal = w->columns > 0,
			.columns = w->columns };
		struct flow flow = flow_begin(&screen, w->column, w->indent);

		flow_put(&flow, INK_PLAIN, span_of(w->text));
		flow_end(&flow);
		fclose(screen.out);
		if (strcmp(printed, w->printed) != 0)
			fail_msg("%s: \"%s\"", w->name, printed);
		free(printed);
		screen_release(&screen);
	}
}

/* A run is glued to the one before it, unless begins with whitespace. */
static void
runs_are_glued(void **state)
{
	char *printed = NULL;
	size_t size = 0;
	struct screen screen = { .out = open_memstream(&printed, &size),
		.terminal = true,
		.columns = 14,
		.color = true };
	struct flow flow = flow_begin(&screen, 0, 2);

	(void)state;
	flow_put(&flow, INK_PLAIN, SPAN("size"));
	flow_put(&flow, INK_BAD, SPAN("=10"));
	flow_put(&flow, INK_PLAIN, SPAN(" octets"));
	flow_end(&flow);
	fclose(screen.out);
	const char *first = strstr(printed, "size"), *glued = strstr(printed, "=10"),
		   *last = strstr(printed, "octets");
	assert_true(first && glued && last && first < glued && glued < last);
	assert_null(memchr(first, ' ', (size_t)(glued - first)));
	assert_non_null(strchr(glued, '\033'));
	free(printed);
	screen_release(&screen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(text_wraps),
		cmocka_unit_test(runs_are_glued) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
