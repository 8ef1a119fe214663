/* cause: the table is whole, and its sentences hold to the form that every surface relies on. */
#include "tests.h"

#include <ctype.h>
#include <stdio.h>

#include "run/diagnosis/diagnose.h"

static void
every_cause_has_a_row_and_a_next_step(void **state)
{
	(void)state;
	for (unsigned c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++) {
		const struct cause_row *row = cause_row((enum cause)c);
		if (!row || !row->title || !row->sentence || (!row->server && !row->client))
			fail_msg(
			    "%s: no row, or one that lacks something", cause_word((enum cause)c));
		assert_int_equal(cause_named(span_of(cause_word((enum cause)c))), c);
	}
	assert_null(cause_row(CAUSE_NONE));
	assert_int_equal(cause_named(SPAN("Relay-Denied")), CAUSE_RELAY_DENIED);
	assert_int_equal(cause_named(SPAN("relay denied")), CAUSE_RELAY_DENIED);
	assert_int_equal(cause_named(SPAN("relay")), CAUSE_NONE);
}

static void
words_are_unique_and_fit_for_labels(void **state)
{
	(void)state;
	for (unsigned c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++) {
		for (const char *w = cause_word((enum cause)c); *w; w++)
			assert_true(
			    islower((unsigned char)*w) || *w == '_' || isdigit((unsigned char)*w));
		for (unsigned other = c + 1; other < CAUSE_COUNT; other++)
			assert_string_not_equal(
			    cause_word((enum cause)c), cause_word((enum cause)other));
	}
}

/* A template's braces name fields, and its last character is no full stop. */
static void
check_template(enum cause c, const char *template)
{
	if (!template)
		return;
	if (template[strlen(template) - 1] == '.')
		fail_msg("%s: \"%s\" ends in a full stop", cause_word(c), template);
	for (const char *at = template; (at = strchr(at, '{'));) {
		const char *end = strchr(++at, '}');
		bool known = false;
		for (unsigned f = 0; end && f < FIELD_COUNT; f++)
			known |= span_eq(span_of(field_word((enum field)f)),
			    (struct span){ at, (size_t)(end - at) });
		if (!known)
			fail_msg("%s: \"%s\" names an unknown field", cause_word(c), template);
	}
}

static void
sentences_keep_their_form(void **state)
{
	(void)state;
	for (unsigned i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++) {
		const struct cause_row *row = cause_row((enum cause)i);
		const char *all[] = { row->title, row->sentence, row->consequence, row->server,
			row->client, row->prompt, row->reference };
		for (size_t n = 0; n < sizeof all / sizeof *all; n++)
			check_template(row->cause, all[n]);
		const char *first = row->sentence + (row->sentence[0] == '['),
			   *observed = strchr(row->sentence, '|');
		if (!isupper((unsigned char)*first) && *first != '{')
			fail_msg("%s: \"%s\"", cause_word(row->cause), row->sentence);
		/* what is left of it beneath an error line begins with our own words */
		if (observed &&
		    (strchr(observed + 1, '|') ||
			strchr("{.", observed[1 + strspn(observed + 1, ":;, ]")])) &&
		    observed[1])
			fail_msg("%s: \"%s\"", cause_word(row->cause), row->sentence);
	}
}

static void
a_field_that_is_not_there_leaves_no_hole(void **state)
{
	struct arena arena = { 0 };
	struct diagnosis_place place = {
		.address = SPAN("192.0.2.1"), .port = 25, .stage = AT_RCPT
	};
	struct diagnosis *d = diagnosis_new(CAUSE_CONNECT_REFUSED, &place, &arena);

	(void)state;
	assert_span(diagnosis_sentence(d, &arena),
	    "Nothing listens on port 25 at 192.0.2.1, or a firewall rejects the connection");
	d = diagnosis_new(CAUSE_CONNECT_REFUSED, NULL, &arena);
	assert_span(diagnosis_sentence(d, &arena),
	    "Nothing listens on port PORT, or a firewall rejects the connection");
	d = diagnosis_new(CAUSE_REPLY_UNFINISHED, &place, &arena);
	diagnosis_set(d, FIELD_OCTETS, SPAN("250-\x1b[2J"), &arena);
	assert_span(diagnosis_sentence(d, &arena),
	    "The reply to RCPT began and did not end: received \"250-\\x1B[2J\": a server "
	    "that deliberately sends slowly (a tarpit), or packets held back on the path (a proxy, "
	    "a firewall that inspects SMTP, the MTU)");
	d = diagnosis_new(CAUSE_HELO_SYNTAX, NULL, &arena);
	assert_non_null(span_find(diagnosis_next(d, FOR_ANYONE, &arena), SPAN("[192.0.2.1]")).at);
	place = (struct diagnosis_place){ .address = SPAN("2001:db8::1"), .port = 465 };
	d = diagnosis_new(CAUSE_TLS_PORT, &place, &arena);
	assert_non_null(
	    span_find(diagnosis_next(d, FOR_CLIENT, &arena), SPAN("smtps://[2001:db8::1]:465")).at);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cause_has_a_row_and_a_next_step),
		cmocka_unit_test(words_are_unique_and_fit_for_labels),
		cmocka_unit_test(sentences_keep_their_form),
		cmocka_unit_test(a_field_that_is_not_there_leaves_no_hole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
