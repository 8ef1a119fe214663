/* observe: octets and circumstance in, a clause out. */
#include "tests.h"

#include "run/session/observe.h"

static void
a_silence_says_what_lacked(void **state)
{
	static const struct {
		struct silence silence;
		const char *want;
	} cases[] = {
		{ { WAIT_REPLY, VERB_NOOP, 1500, SPAN_INIT("") },
		    "timed out after 1.5 s waiting for the reply to NOOP" },
		{ { WAIT_REPLY, VERB_NOOP, 2000, SPAN_INIT("") },
		    "timed out after 2 s waiting for the reply to NOOP" },
		{ { WAIT_REPLY, VERB_EHLO, 500, SPAN_INIT("250-a\r\n250-\x1b[2J") },
		    "timed out after 500 ms: the reply to EHLO is incomplete: "
		    "received 15 octets, ending with \"250-a\\x0D\\x0A250-\\x1B[2J\"" },
		{ { WAIT_REPLY, VERB_EHLO, 500, SPAN_INIT("2"), .pieces = 1 },
		    "timed out after 500 ms: the reply to EHLO is incomplete: "
		    "received 1 octet, ending with \"2\"" },
	};
	char out[OBSERVED_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		observe_silence(&cases[i].silence, out);
		assert_string_equal(out, cases[i].want);
	}
}

static void
whatever_the_peer_says_is_escaped_and_bounded(void **state)
{
	char octets[1000], out[OBSERVED_SIZE];
	struct span all = { octets, sizeof octets };

	(void)state;
	memset(octets, 0x1b, sizeof octets);
	observe_cleartext(all, false, false, out);
	assert_null(strchr(out, 0x1b));
	assert_true(strlen(out) < sizeof out);
	observe_octets(all, out);
	assert_null(strchr(out, 0x1b));
	observe_silence(&(struct silence){ .wait = WAIT_REPLY, .pending = all }, out);
	assert_null(strchr(out, 0x1b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silence_says_what_lacked),
		cmocka_unit_test(whatever_the_peer_says_is_escaped_and_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
