/* offers: what EHLO said in each state, the last reply, the name that was sent. */
#include "tests.h"

#include "run/session/offers.h"

static struct reply
parsed(const char *text, struct arena *arena)
{
	struct reply r;

	reply_parse(span_of(text), arena, &r);
	return r;
}

static void
each_state_has_its_own(void **state)
{
	struct dialogue d = { .greeted = true };
	struct arena arena = { 0 };
	struct offers o = { 0 };
	struct reply clear = parsed("250-mx\r\n250-STARTTLS\r\n250 SIZE 5\r\n", &arena);
	struct reply tls = parsed("250-mx\r\n250 AUTH PLAIN\r\n", &arena);

	(void)state;
	assert_int_equal(offers_state(&d), OFFER_CLEAR);
	assert_true(extensions_offer(offers_learn(&o, offers_state(&d), &clear), "STARTTLS"));
	d.tls = true;
	offers_tls_began(&o);
	assert_null(o.now);			/* RFC 3207 4.2 */
	assert_non_null(o.of[OFFER_CLEAR]);	/* and can still be compared with */

	assert_int_equal(offers_state(&d), OFFER_TLS);
	offers_learn(&o, offers_state(&d), &tls);
	assert_false(extensions_offer(o.now, "STARTTLS"));
	assert_true(extensions_offer(o.of[OFFER_CLEAR], "STARTTLS"));
	d.authenticated = true;
	assert_int_equal(offers_state(&d), OFFER_AUTH);
	assert_null(o.of[OFFER_AUTH]);

	offers_forget(&o);
	assert_null(o.now);
	assert_null(o.of[OFFER_CLEAR]);
	offers_release(&o);
	arena_release(&arena);
}

static void
the_last_reply_outlives_its_octets(void **state)
{
	struct arena arena = { 0 };
	struct offers o = { 0 };
	char octets[] = "550-no\r\n550 never\r\n";
	struct reply r = parsed(octets, &arena);

	(void)state;
	offers_keep_reply(&o, &r);
	memset(octets, 'x', sizeof octets - 1);
	arena_release(&arena);
	offers_forget(&o);			/* as /explain after the connection is gone */
	assert_int_equal(o.last_reply->code, 550);
	assert_int_equal(o.last_reply->nlines, 2);
	assert_span(o.last_reply->line[1], "never");
	offers_release(&o);
}

/* Who sent EHLO by hand is called so until another name is set, or the connection ends. */
static void
a_name_sent_by_hand_stays(void **state)
{
	static const char set[] = "me.example", other[] = "other.example";
	static const struct { const char *line, *name; } cases[] = {
		{ "EHLO by.hand", "by.hand" },
		{ "helo\tsecond.hand ", "second.hand" },
		{ "EHLO", "second.hand" },		/* no name: nothing is learnt */
	};
	struct offers o = { 0 };

	(void)state;
	assert_null(offers_name(&o, NULL));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		offers_sent_hello(&o, span_of(cases[i].line), set);
		assert_string_equal(offers_name(&o, set), cases[i].name);
	}
	assert_null(offers_name(&o, other));
	offers_sent_hello(&o, SPAN("EHLO a\0b"), set);
	assert_string_equal(offers_name(&o, set), "second.hand");
	offers_forget(&o);
	assert_null(offers_name(&o, set));
	offers_release(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_own),
		cmocka_unit_test(the_last_reply_outlives_its_octets),
		cmocka_unit_test(a_name_sent_by_hand_stays),
	};
	return cmocka_run_group_tests_name("offers", tests, NULL, NULL);
}
