/* SMTPSH_COLORS: which roles it changes, and that only digits get into an escape sequence. */
#include "tests.h"

#include <stdio.h>

#include "ui/show/ink.h"

static const struct want {
	const char *value;
	enum ink ink;
	const char *sgr;
	const char *wrong;		/* is in the error; NULL: there is none */
	const char *without;		/* what is left without colour */
} table[] = {
	{ NULL, INK_BAD, "31", NULL, "" },
	{ "", INK_BAD, "31", NULL, "" },
	{ "rejected=1;35", INK_BAD, "1;35", NULL, "1" },
	{ "rejected=1;35:dim=90", INK_DIM, "90", NULL, "" },
	{ "dim=", INK_DIM, "", NULL, "" },
	{ ":rejected=35:", INK_BAD, "35", NULL, "" },
	{ "rejected=35", INK_BAD_BOLD, "1;35", NULL, "1" },
	{ "bold=:rejected=35", INK_BAD_BOLD, "35", NULL, "" },
	{ "sent=38;5;208;4", INK_SENT, "38;5;208;4", NULL, "4" },
	{ "sent=38;5;7;4", INK_SENT, "38;5;7;4", NULL, "4" },	/* 7 is of a colour here */
	{ "sent=4;48;2;1;2;3;1", INK_SENT, "4;48;2;1;2;3;1", NULL, "4;1" },
	{ "sent=38;5", INK_SENT, "38;5", NULL, "" },
	{ "sent=7;;1", INK_SENT, "7;;1", NULL, "7;1" },

	{ "mauve=35", INK_BAD, "31", "mauve", "" },
	{ "rejected", INK_BAD, "31", "rejected", "" },
	{ "rejected=35m\033[2J", INK_BAD, "31", "rejected", "" },
	{ "rejected=red:dim=90", INK_DIM, "90", "rejected", "" },
	{ "rejected=1;1;1;1;1;1;1;1;1;1;1", INK_BAD, "31", "rejected", "" },
	{ "PLAIN=35", INK_PLAIN, "0", "PLAIN", "0" },
};

static void
roles_are_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct want *w = &table[i];
		struct palette p;
		struct err err = { 0 };
		bool ok = palette_read(&p, w->value, &err);
		if (ok != !w->wrong || strcmp(p.sgr[w->ink], w->sgr) != 0 ||
		    (w->wrong && !strstr(err.text, w->wrong)))
			fail_msg("%s: \"%s\", %s", w->value, p.sgr[w->ink], err.text);
		palette_without_color(&p);
		if (strcmp(p.sgr[w->ink], w->without) != 0)
			fail_msg("%s without colour: \"%s\"", w->value, p.sgr[w->ink]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(roles_are_changed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
