/* What a probe's reports make of a name or a sentence that means something in their format. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "ui/report/report.h"

/* A target's verdict with this sentence; the text that every report makes of it, safe as judge has
 * it. */
static char *
written(enum report_format format, const struct report_opts *opts, const char *name,
    enum health state, struct span sentence)
{
	struct target target = { .kind = TARGET_HOST, .port = 25 };
	struct probe_result result = {
		.target = &target, .number = 1, .attempt = 1, .host = SPAN("mx")
	};
	struct judge_check check = { .name = "connect",
		.label = "connect",
		.state = state,
		.phase = PHASE_CONNECT,
		.reason = REASON_REPLY };
	struct finding finding = { .state = state };
	struct fleet_summary sum = { .targets = 1, .addresses = 1, .worst = state };
	struct fleet_report one = {
		.target = SPAN("mx"), .name = name, .result = &result, .verdict = &finding
	};
	char *text;
	size_t size;
	FILE *out = memory_file(&text, &size);
	struct err err;

	sum.state[state] = 1;
	if (state != STATE_OK) {
		check.message = text_safe(&result.arena, sentence);
		finding.checks = &check;
		finding.worst = &check;
	}
	struct report *report = report_to(report_kinds[format], out, opts);
	report_one(report, &one);
	assert_true(report_end(report, &sum, &err));
	fclose(out);
	arena_release(&result.arena);
	return text;
}

static const struct judge_opts judged;
static const struct report_opts plain = { .judge = &judged, .columns = 80 };

static const struct want {
	enum report_format format;
	const char *name;
	enum health state;
	const char *sentence;
	const char *has; /* NULL: nothing more */
	const char *lacks;
} table[] = {
	{ REPORT_TAP, "a # SKIP", STATE_CRITICAL, "x", "not ok 1 - a \\# SKIP mx:25: x\n", " # " },
	{ REPORT_TAP, NULL, STATE_CRITICAL, "a\\b # TODO", ": a\\\\b \\# TODO\n", NULL },
	{ REPORT_TAP, NULL, STATE_CRITICAL, "a\nnot ok 2 - b", "a\\\\x0Anot ok 2", "\nnot ok 2" },
	{ REPORT_TAP, NULL, STATE_WARNING, "slow", "\nok 1 - mx:25: slow\n  ---\n", NULL },
	{ REPORT_TAP, NULL, STATE_OK, "", "TAP version 13\nok 1 - mx:25\n  ---\n", "not ok" },
	{ REPORT_TAP14, NULL, STATE_OK, "", "TAP version 14\nok 1 - mx:25\n  ---\n", "not ok" },
	{ REPORT_JUNIT, "<&>", STATE_CRITICAL, "say \"no\"", "name=\"&lt;&amp;&gt; mx:25\"",
	    "<&>" },
	{ REPORT_JUNIT, NULL, STATE_CRITICAL, "say \"no\" & <go>",
	    "<failure type=\"reply\" message=\"say &quot;no&quot; &amp; &lt;go&gt;\">", NULL },
	{ REPORT_JUNIT, NULL, STATE_CRITICAL, "x", "tests=\"1\" failures=\"1\" errors=\"0\"",
	    NULL },
	{ REPORT_JUNIT, NULL, STATE_UNKNOWN, "x", "failures=\"0\" errors=\"1\"", "<failure" },
	{ REPORT_JUNIT, NULL, STATE_WARNING, "x", "<system-out>x</system-out>", "<failure" },
	{ REPORT_JUNIT, NULL, STATE_CRITICAL, "a\033[2Jb", "a\\x1B[2Jb", "\033" },
	{ REPORT_NAGIOS, "a|b", STATE_CRITICAL, "c|d\ne", "SMTP CRITICAL - a/b mx:25 connect: c/d",
	    "c|d" },
	{ REPORT_NAGIOS, NULL, STATE_OK, "", "SMTP OK - mx:25", NULL },
	{ REPORT_PROM, "say \"no\"", STATE_OK, "", "probe_success 1\n", NULL },
	{ REPORT_PROM, "say \"no\"", STATE_OK, "", "probe_smtp_targets 1\n", "# EOF" },
	{ REPORT_OPENMETRICS, NULL, STATE_OK, "", "probe_smtp_targets 1\n# EOF\n", NULL },
	{ REPORT_INFLUX, NULL, STATE_CRITICAL, "x", "phase=\"connect\",reason=\"reply\"", NULL },
	{ REPORT_JSON, "a\"b", STATE_CRITICAL, "\177", "\"name\":\"a\\\"b\"", "\177" },
	{ REPORT_JSON, NULL, STATE_CRITICAL, "x", "\"state\":\"CRITICAL\",\"phase\":\"connect\"",
	    NULL },
	{ REPORT_TEXT, NULL, STATE_CRITICAL, "no", "CRIT mx:25  connect: no", NULL },
	{ REPORT_CSV, NULL, STATE_CRITICAL, "say \"no\", now", ",\"say \"\"no\"\", now\",", NULL },
	{ REPORT_CSV, "=1+1", STATE_CRITICAL, "@SUM(A1)", ",\"'=1+1\",CRITICAL,connect,reply,,\"'@SUM(A1)\",", NULL },
	{ REPORT_CSV, NULL, STATE_CRITICAL, "a;=1, \"-2", ",\"a;'=1, \"\"'-2\",", NULL },
	{ REPORT_CSV, NULL, STATE_CRITICAL, "\xEF\xBC\x9D""1", ",\"'\xEF\xBC\x9D""1\",", NULL },
	{ REPORT_CSV, NULL, STATE_CRITICAL, "a=b-c+d@e", ",\"a=b-c+d@e\",", "'" },
	{ REPORT_CSV, NULL, STATE_OK, "", ",OK,,,,\"\",\"\",", "\r" },
	{ REPORT_MARKDOWN, "a|b", STATE_CRITICAL, "`x` \\| <b> @all www.a.b", "| `a`&#124;`b mx:25` |", "`a|" },
	{ REPORT_MARKDOWN, NULL, STATE_CRITICAL, "`x` \\| <b> @all", "| `connect: `&#96;`x`&#96;` \\`&#124;` <b> @all` |\n", NULL },
	{ REPORT_HTML, "<b>", STATE_CRITICAL, "<script>&\"", "&lt;script&gt;&amp;&quot;", "<script" },
};

static void
what_means_something_there_is_escaped(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct want *w = &table[i];
		char *text = written(w->format, &plain, w->name, w->state, span_of(w->sentence));

		if (!strstr(text, w->has) || (w->lacks && strstr(text, w->lacks)))
			fail_msg("row %zu: %s", i, text);
		free(text);
	}
}

/* Labels are shown where several targets are told apart. */
static void
labels_of_metrics_are_escaped(void **state)
{
	const struct report_opts fleet = { .judge = &judged, .fleet = true };
	char *text = written(REPORT_PROM, &fleet, "a\\b\"c", STATE_OK, SPAN_NONE);

	(void)state;
	assert_non_null(strstr(text, "name=\"a\\\\b\\\"c\""));
	free(text);
}

/* Every octet in every format: nothing that a terminal obeys, and no line that was not meant. */
static void
every_octet_is_harmless(void **state)
{
	(void)state;
	for (unsigned octet = 0; octet < 256; octet++) {
		char sentence[] = { 'a', (char)octet, 'b', '\0' };
		for (int f = REPORT_TEXT; f <= REPORT_HTML; f++) {
			char *text = written((enum report_format)f, &plain, NULL, STATE_CRITICAL,
			    (struct span){ sentence, 3 });
			for (const char *at = text; *at; at++)
				if (((unsigned char)*at < ' ' && *at != '\n') || *at == 0x7F)
					fail_msg("octet %u in format %d: %s", octet, f, text);
			if (strstr(text, "a\nb"))
				fail_msg("octet %u in format %d: %s", octet, f, text);
			free(text);
		}
	}
}

/* Each format has a writer, and what nobody told it of is told as such. */
static void
an_empty_run_is_told(void **state)
{
	static const struct fleet_summary nothing = { .worst = STATE_UNKNOWN };
	static const struct {
		enum report_format format;
		const char *has;
	} wants[] = {
		{ REPORT_NAGIOS, "SMTP UNKNOWN - no target was probed" },
		{ REPORT_TAP, "not ok 1 - the run: no target was probed\n1..1\n" },
		{ REPORT_JUNIT, "errors=\"1\"" },
		{ REPORT_CSV, ",,,UNKNOWN,,,,\"no target was probed\"," },
		{ REPORT_MARKDOWN, "; no target was probed.\n" },
		{ REPORT_HTML, "no target was probed" },
		{ REPORT_PROM, "probe_smtp_targets 0\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
		char *text;
		size_t size;
		FILE *out = memory_file(&text, &size);
		struct err err;
		struct report *report = report_to(report_kinds[wants[i].format], out, &plain);

		assert_true(report_end(report, &nothing, &err));
		fclose(out);
		if (!strstr(text, wants[i].has))
			fail_msg("format %d: %s", wants[i].format, text);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_means_something_there_is_escaped),
		cmocka_unit_test(labels_of_metrics_are_escaped),
		cmocka_unit_test(every_octet_is_harmless),
		cmocka_unit_test(an_empty_run_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
