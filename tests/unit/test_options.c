/* The command line: how options are written, and what is said of those that are wrong. */
#include "tests.h"

#include <stdio.h>

#include "ui/options/options.h"

static const struct command talk = {
	.name = "", .args = "[TARGET]", .help = "Talk", .scope = SCOPE_TALK
};
static const struct command probe = {
	.name = "probe", .args = "TARGET...", .help = "Probe", .scope = SCOPE_PROBE
};
static const struct command *const commands[] = { &talk, &probe, NULL };
static const struct program program = { commands, NULL };

static const struct want {
	enum scope scope;
	const char *line;		/* words parted by blanks */
	const char *args;		/* what is no option, parted by blanks; NULL: it is wrong */
	const char *why;		/* is in the error */
} table[] = {
	{ SCOPE_TALK, "mx.example.org", "mx.example.org", NULL },
	{ SCOPE_TALK, "-v mx.example.org 25", "mx.example.org 25", NULL },
	{ SCOPE_TALK, "mx.example.org -v", "mx.example.org", NULL },
	{ SCOPE_TALK, "-vv -q", "", NULL },
	{ SCOPE_TALK, "--port 587 a", "a", NULL },
	{ SCOPE_TALK, "--port=587 a", "a", NULL },
	{ SCOPE_TALK, "-p587 a", "a", NULL },
	{ SCOPE_TALK, "-vp 587 a", "a", NULL },
	{ SCOPE_TALK, "--color a", "a", NULL },
	{ SCOPE_TALK, "--color=never a", "a", NULL },
	{ SCOPE_TALK, "-- --port", "--port", NULL },
	{ SCOPE_TALK, "-", "-", NULL },
	{ SCOPE_TALK, "-c EHLO -c QUIT a", "a", NULL },
	{ SCOPE_PROBE, "--format nagios --format json:out a b", "a b", NULL },

	{ SCOPE_TALK, "--port", NULL, "--port" },
	{ SCOPE_TALK, "--verbose=1", NULL, "--verbose" },
	{ SCOPE_TALK, "--color=mauve", NULL, "mauve" },
	{ SCOPE_TALK, "--potr 1", NULL, "--port" },
	{ SCOPE_TALK, "--quorum 2", NULL, "probe" },
	{ SCOPE_PROBE, "--format yaml", NULL, "openmetrics" },
	{ SCOPE_PROBE, "--format", NULL, "FORMAT[:FILE]" },
	{ SCOPE_PROBE, "--format tap14:x --format text a", "a", NULL },
	{ SCOPE_REPLAY, "--format tap14 a", "a", NULL },
	{ SCOPE_REPLAY, "--format prom a", NULL, "text, json, tap, tap14, junit or html" },
	{ SCOPE_PROBE, "--until mail a", "a", NULL },
	{ SCOPE_PROBE, "--until= a", NULL, "connect" },
	{ SCOPE_PROBE, "--until dot a", NULL, "rcpt or data" },
	{ SCOPE_PROBE, "--quorum x", NULL, "--quorum" },
};

static void
check(const struct want *w)
{
	char line[200], *word[20], args[200] = "";
	int n = 0;
	struct options o;
	struct err err = { 0 };

	snprintf(line, sizeof line, "%s", w->line);
	for (char *save, *at = strtok_r(line, " ", &save); at; at = strtok_r(NULL, " ", &save))
		word[n++] = at;
	word[n] = NULL;
	bool ok = options_read(&o, w->scope, &program, n, word, &err);
	for (size_t i = 0, len = 0; ok && i < o.nargs; i++)
		len += (size_t)snprintf(
		    args + len, sizeof args - len, "%s%s", i ? " " : "", o.arg[i]);
	if (ok != (w->args != NULL) || (ok && strcmp(args, w->args) != 0))
		fail_msg("%s: %s%s", w->line, args, err.text);
	if (!ok && (err.kind != ERR_USAGE || !strstr(err.text, w->why)))
		fail_msg("%s: %s", w->line, err.text);
	options_release(&o);
}

static void
command_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		check(&table[i]);
}

static void
values_are_kept(void **state)
{
	char *word[] = { "-vv", "--color=never", "--timeout", "connect=3s", "-c", "NOOP", NULL };
	struct options o;
	struct err err = { 0 };

	(void)state;
	assert_true(options_read(&o, SCOPE_TALK, &program, 6, word, &err));
	assert_int_equal(o.look.verbose, 2);
	assert_int_equal(o.look.color, WHEN_NEVER);
	assert_int_equal(o.session.timeouts.connect, 3000);
	assert_int_equal(o.nlines, 1);
	assert_string_equal(o.line[0], "NOOP");
	options_release(&o);
}

/* What a row shows is what it takes. */
static void
shown_values_can_be_set_again(void **state)
{
	(void)state;
	for (const struct option *row = options; row->name; row++) {
		struct options o;
		struct err err = { 0 };
		char *none[] = { NULL }, shown[OPTION_SHOWN], again[OPTION_SHOWN];

		if (!(row->scope & SCOPE_SET))
			continue;
		assert_true(options_read(&o, SCOPE_TALK, &program, 0, none, &err));
		option_show(row, &o, shown);
		if (shown[0] && !option_set(row, &o, span_of(shown), &err))
			fail_msg("--%s shows \"%s\" and does not take it: %s", row->name, shown,
			    err.text);
		option_show(row, &o, again);
		assert_string_equal(shown, again);
		options_release(&o);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines),
		cmocka_unit_test(values_are_kept),
		cmocka_unit_test(shown_values_can_be_set_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
