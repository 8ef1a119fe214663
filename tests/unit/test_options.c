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

/* Where the subcommand may stand: the index of the first word that is no option nor its value. */
static void
first_word(void **state)
{
	static const struct {
		const char *line;
		int index;
		enum scope scope;
	} lines[] = { { "probe", 0 }, { "-v probe", 1 }, { "--dns 127.0.0.1 resolve a", 2 },
		{ "--dns=127.0.0.1 resolve a", 1 }, { "-vp 25 probe", 2 }, { "-p25 probe", 1 },
		{ "--tls probe", 1 }, { "--tls off probe", 2 }, { "-c NOOP probe", 2 },
		{ "--color --time -q send", 3 }, { "-f file -4 -t 3s - probe", 5 },
		{ "-- probe", -1 }, { "--nonsense probe", -1 }, { "-v", -1 }, { "", -1 },
		{ "--mx probe", 1, SCOPE_PROBE }, { "--mx a check", 2, SCOPE_CHECK },
		{ "-c a probe", 2, SCOPE_PROBE }, { "--helo a serve", 2, SCOPE_SERVE },
		{ "--port", -1 }, { "--tls=off", -1 } };

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char line[200], *word[20];
		int n = 0;

		snprintf(line, sizeof line, "%s", lines[i].line);
		for (char *save, *at = strtok_r(line, " ", &save); at;
		     at = strtok_r(NULL, " ", &save))
			word[n++] = at;
		word[n] = NULL;
		int want = lines[i].index < 0 ? n : lines[i].index;
		enum scope scope = lines[i].scope ? lines[i].scope : SCOPE_TALK;
		if (options_first_word(scope, n, word) != want)
			fail_msg("%s: %d", lines[i].line, options_first_word(scope, n, word));
	}
}

/* ---- the table itself */

/* Does the sentence end in a full stop, or the option lack one? Each is found by its own name. */
static void
rows_are_whole(void **state)
{
	(void)state;
	for (const struct option *o = options; o->name; o++) {
		size_t n = o->help ? strlen(o->help) : 0;
		if (n < 5 || (o->help[n - 1] == '.' && o->help[n - 2] != '.'))
			fail_msg("--%s: its help is \"%s\"", o->name, o->help);
		if (!o->scope || (o->kind == OPTION_CALL) != (o->call != NULL))
			fail_msg("--%s: no scope, or no call", o->name);
		for (unsigned scope = 1; scope <= SCOPE_SET; scope <<= 1)
			if ((o->scope & scope) &&
			    option_find((enum scope)scope, span_of(o->name)) != o)
				fail_msg("--%s is twice in scope %x", o->name, scope);
		for (const struct option *other = options; other < o; other++)
			if (o->letter && o->letter == other->letter && (o->scope & other->scope))
				fail_msg("-%c is --%s and --%s", o->letter, other->name, o->name);
	}
}

/* What a row's usage lists are its choices, and each of them is taken. */
static void
choices_are_what_usage_lists(void **state)
{
	(void)state;
	for (const struct option *row = options; row->name; row++) {
		struct options o;
		struct err err = { 0 };
		char *none[] = { NULL }, words[CHOICE_WORDS];

		if (!row->choices || row->kind != OPTION_CHOICE)
			continue;
		assert_true(options_read(&o, SCOPE_TALK, &program, 0, none, &err));
		for (const struct choice *c = row->choices; c->word; c++) {
			if (row->arg && row->arg[0] == '[' && !strstr(row->arg, c->word))
				fail_msg("--%s %s: not in \"%s\"", row->name, c->word, row->arg);
			if (!option_set(row, &o, span_of(c->word), &err))
				fail_msg("--%s %s: %s", row->name, c->word, err.text);
		}
		assert_false(option_set(row, &o, SPAN("xyzzy"), &err));
		if (!strstr(err.text, choice_words(row->choices, words)))
			fail_msg("--%s xyzzy: %s", row->name, err.text);
		options_release(&o);
	}
}

/* One of each kind: what it takes, what it shows, and what it refuses. */
static const struct {
	enum scope scope;
	const char *name, *takes, *shows, *refuses;
} kinds[] = {
	{ SCOPE_TALK, "fail-fast", "on", "on", "maybe" },
	{ SCOPE_TALK, "fail-fast", "off", "off", "ON" },
	{ SCOPE_TALK, "verbose", "", "1", NULL },
	{ SCOPE_TALK, "helo", "a.example", "a.example", NULL },
	{ SCOPE_PROBE, "jobs", "12", "12", "-1" },
	{ SCOPE_PROBE, "jobs", "1000000000", "1000000000", "1000000001" },
	{ SCOPE_PROBE, "total", "2m", "120000ms", "soon" },
	{ SCOPE_PROBE, "total", "500ms", "500ms", "" },
	{ SCOPE_PROBE, "until", "rcpt", "rcpt", "dot" },
	{ SCOPE_TALK, "tls", "implicit", "implicit", "on" },
	{ SCOPE_TALK, "tls", "", "starttls", "none" },
	{ SCOPE_TALK, "timeout", "reply=5s", "5s", "reply=" },
	{ SCOPE_SEND, "size", "10k", "", "many" },
	{ SCOPE_SERVE, "size", "64k", "", "0" },
	{ SCOPE_SERVE, "refuse", "rcpt:a@b=550 no", "", "rcpt:a@b=250 yes" },
	{ SCOPE_SERVE, "delay", "RCPT=1s,dot=2s", "", "XYZZY=1s" },
	{ SCOPE_PROBE, "rate", "50/s", "", "0/s" },
	{ SCOPE_PROBE, "sigalgs", "rsa,ecdsa", "", "rsa,,ecdsa" },
	{ SCOPE_PROBE, "expect-banner", "^220", "", "(" },
	{ SCOPE_PROBE, "state", "rcpt.reply=WARNING", "", "rcpt.reply=FINE" },
	{ SCOPE_PROBE, "warning", "cert_days=14:", "", "cert_days=x" },
	{ SCOPE_PROBE, "format", "prom:a:b", "", "promm" },
	{ SCOPE_TALK, "dns", "192.0.2.1,[2001:db8::1]:53", "", "ns.example" },
	{ SCOPE_TALK, "resolve", "mx.example:192.0.2.1", "", "mx.example" },
	{ SCOPE_TALK, "bind", "192.0.2.1:4711", "", "mx.example" },
	{ SCOPE_TALK, "proxy", "socks5://127.0.0.1:1080", "", "ftp://a" },
	{ SCOPE_TALK, "min-tls", "1.3", "", "0.9" },
	{ SCOPE_TALK, "auth", "PLAIN", "", "XYZZY" },
	{ SCOPE_TALK, "password-fd", "0", "", "one" },
	{ SCOPE_TALK, "ca", "/", "", "/dev/null/no" },
	{ SCOPE_REPLAY, "var", "a=b", "", "=b" },
	{ SCOPE_REPLAY, "secret", "a=@/dev/null", "", "a=b" },
	{ SCOPE_REPLAY, "match", "text", "", "words" },
	{ SCOPE_EXPORTER, "allow-target", "192.0.2.0/24", "", "192.0.2.0/99" },
};

static void
each_kind_takes_and_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct option *row = option_find(kinds[i].scope, span_of(kinds[i].name));
		struct options o;
		struct err err = { 0 };
		char *none[] = { NULL }, shown[OPTION_SHOWN];

		assert_non_null(row);
		assert_true(options_read(&o, kinds[i].scope, &program, 0, none, &err));
		if (strcmp(kinds[i].name, "password-fd") != 0 &&
		    !option_set(row, &o, span_of(kinds[i].takes), &err))
			fail_msg("--%s %s: %s", row->name, kinds[i].takes, err.text);
		option_show(row, &o, shown);
		if (!strstr(shown, kinds[i].shows))
			fail_msg("--%s %s: shown as \"%s\"", row->name, kinds[i].takes, shown);
		err.text[0] = '\0';
		if (kinds[i].refuses && option_set(row, &o, span_of(kinds[i].refuses), &err))
			fail_msg("--%s %s: taken", row->name, kinds[i].refuses);
		if (kinds[i].refuses && !err.text[0])
			fail_msg("--%s %s: refused without a word", row->name, kinds[i].refuses);
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
		cmocka_unit_test(first_word),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(choices_are_what_usage_lists),
		cmocka_unit_test(each_kind_takes_and_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
