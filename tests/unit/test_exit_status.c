/* The exit status as other tools have it, and which failure of a run decides. */
#include "tests.h"

#include "ui/show/exit_status.h"

static const struct {
	enum exit_style style;
	int status, stage, mapped;
} table[] = {
	{ EXIT_OWN, ERR_NONE, 0, 0 },
	{ EXIT_OWN, ERR_REFUSED, 24, ERR_REFUSED },
	{ EXIT_OWN, ERR_UNKNOWN, 0, ERR_UNKNOWN },
	{ EXIT_SWAKS, ERR_NONE, 0, 0 },
	{ EXIT_SWAKS, ERR_REFUSED, 24, 24 },
	{ EXIT_SWAKS, ERR_TEMPORARY, 23, 23 },
	{ EXIT_SWAKS, ERR_TIMEOUT, 21, 21 },
	/* that no connection came about is no stage's */
	{ EXIT_SWAKS, ERR_CONNECT, 24, 2 },
	{ EXIT_SYSEXITS, ERR_USAGE, 0, 64 },
	{ EXIT_SYSEXITS, ERR_DNS, 0, 68 },
	{ EXIT_SYSEXITS, ERR_TEMPORARY, 24, 75 },
	/* a signal's, and what is no status of ours */
	{ EXIT_SWAKS, 130, 24, 130 },
	{ EXIT_SYSEXITS, 143, 0, 143 },
	{ EXIT_SYSEXITS, -1, 0, -1 },
};

static void
statuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct blame blame = { .stage = table[i].stage };
		int got = exit_status(table[i].style, &blame, table[i].status);
		if (got != table[i].mapped)
			fail_msg("row %zu: %d", i, got);
	}
}

/* What became of a message is never told as "try again" (RFC 1047). */
static void
an_unknown_fate_is_no_temporary_failure(void **state)
{
	struct blame none = { 0 };

	(void)state;
	assert_int_not_equal(exit_status(EXIT_SYSEXITS, &none, ERR_UNKNOWN), 75);
	assert_int_not_equal(exit_status(EXIT_SWAKS, &none, ERR_UNKNOWN), 0);
}

static void
sent(struct blame *b, const char *line, bool tls)
{
	blame_event(b,
	    &(struct event){ .kind = EVENT_SENT,
		.tls = tls,
		.sent = { .kind = SENT_COMMAND, .text = span_of(line) } });
}

static void
failed(struct blame *b, enum err_kind kind)
{
	blame_event(b, &(struct event){ .kind = EVENT_PROBLEM, .err = kind });
}

static void
the_stage_is_what_was_sent_last(void **state)
{
	static const struct {
		const char *line;
		bool tls;
		int stage;
	} stages[] = {
		{ "EHLO a", false, 22 },
		{ "EHLO a", true, 32 },
		{ "MAIL FROM:<>", false, 23 },
		{ "RCPT TO:<a@b>", false, 24 },
		{ "DATA", false, 25 },
		{ "QUIT", false, 27 },
		{ "AUTH PLAIN", true, 28 },
		{ "STARTTLS", false, 29 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
		struct blame b = { 0 };
		sent(&b, stages[i].line, stages[i].tls);
		failed(&b, ERR_TIMEOUT);
		if (b.stage != stages[i].stage)
			fail_msg("%s: %d", stages[i].line, b.stage);
	}
}

/* The failure that decides stays the one whose stage is told. */
static void
a_lesser_failure_changes_nothing(void **state)
{
	struct blame b = { 0 };

	(void)state;
	blame_event(&b, &(struct event){ .kind = EVENT_CONNECTED });
	failed(&b, ERR_REFUSED);
	assert_int_equal(b.stage, 21);
	sent(&b, "RCPT TO:<a@b>", false);
	failed(&b, ERR_REFUSED);
	assert_int_equal(b.stage, 21);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses),
		cmocka_unit_test(an_unknown_fate_is_no_temporary_failure),
		cmocka_unit_test(the_stage_is_what_was_sent_last),
		cmocka_unit_test(a_lesser_failure_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
