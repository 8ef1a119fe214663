/* A line of --targets: a target, and behind it what is its own. */
#include "tests.h"

#include <stdio.h>

#include "ui/options/probe_spec.h"
#include "ui/options/target_line.h"

static const struct program program;

static const struct want {
	const char *line;
	const char *host, *name; /* host NULL: the line is wrong; name NULL: none */
	unsigned port;
	const char *why; /* is in the error */
	unsigned ms;	 /* its own time for everything; 0: that of all */
} table[] = {
	{ "mx.example", "mx.example", NULL, 25 },
	{ "mx.example:587", "mx.example", NULL, 587 },
	{ "mx.example port=465", "mx.example", NULL, 465 },
	{ "mx.example name=one", "mx.example", "one", 25 },
	{ "mx.example  total=3s\tname=a=b", "mx.example", "a=b", 25, NULL, 3000 },
	{ "mx.example # name=no", "mx.example", NULL, 25 },
	{ "mx.example total=3s # port=1", "mx.example", NULL, 25, NULL, 3000 },
	{ "[2001:db8::1]:25", "2001:db8::1", NULL, 25 },
	{ "mx.example tls", NULL, NULL, 0,
	    "\"tls\" has no value: expected tls=starttls, off, try or implicit" },
	{ "mx.example lmtp", NULL, NULL, 0, "expected lmtp=on" },
	{ "mx.example lmtp=maybe", NULL, NULL, 0, "lmtp=maybe: expected on or off" },
	{ "mx.example tls=maybe", NULL, NULL, 0, "tls=maybe: expected starttls" },
	{ "mx.example until=maybe", NULL, NULL, 0, "until=maybe: expected connect" },
	{ "mx.example total=soon", NULL, NULL, 0, "total=soon" },
	{ "mx.example port=0", NULL, NULL, 0, "port=0" },
	{ "mx.example until=rcpt", NULL, NULL, 0, "--to ADDR" },
	{ "mx.example unknown=1", NULL, NULL, 0, "\"unknown=1\" is not a target setting" },
	/* one TLS context, one resolver, one fleet and one output serve all */
	{ "mx.example ca=/dev/null", NULL, NULL, 0, "not a target setting" },
	{ "mx.example dns=192.0.2.1", NULL, NULL, 0, "not a target setting" },
	{ "mx.example jobs=1", NULL, NULL, 0, "not a target setting" },
	{ "mx.example output=x", NULL, NULL, 0, "not a target setting" },
	{ "mx.example password-fd=0", NULL, NULL, 0, "not a target setting" },
	{ "pipe:true", NULL, NULL, 0, "a command cannot be probed" },
	{ "25", NULL, NULL, 0, "25" },
};

static void
lines(void **state)
{
	struct options all;
	struct err err = { 0 };
	char *none[] = { NULL };

	(void)state;
	assert_true(options_read(&all, SCOPE_PROBE, &program, 0, none, &err));
	assert_true(probe_spec_prepare(&all, &err));
	uint64_t usual = all.probe.probe.total_ms;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct want *w = &table[i];
		struct arena arena = { 0 };
		struct target_line got;

		bool ok = target_line_read(&got, &all, span_of(w->line), &arena, &err);
		if (ok != (w->host != NULL))
			fail_msg("%s: %s", w->line, ok ? "use the target" : err.text);
		if (!ok && !strstr(err.text, w->why))
			fail_msg("%s: %s", w->line, err.text);
		if (ok &&
		    (!span_eq(got.target.host, span_of(w->host)) || got.target.port != w->port))
			fail_msg(
			    "%s: %.*s %u", w->line, SPAN_ARG(got.target.host), got.target.port);
		if (ok &&
		    (w->name ? !got.name || strcmp(got.name, w->name) != 0 : got.name != NULL))
			fail_msg("%s: is called %s", w->line, got.name ? got.name : "nothing");
		if (ok && w->ms && (!got.own || got.own->probe->total_ms != w->ms))
			fail_msg("%s: not its own time", w->line);
		if (ok && got.own)
			got.own->release(got.own);
		arena_release(&arena);
		/* what one target has is no other's */
		assert_int_equal(all.probe.probe.total_ms, usual);
	}
	options_release(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
