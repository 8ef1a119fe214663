/* wire: what a reply answers, in whatever order and however late; no socket is behind it. */
#include "tests.h"

#include "run/session/wire.h"

static struct wire w;
static struct receipt last;

static int
begin(void **state)
{
	(void)state;
	w = (struct wire){ 0 };
	wire_up(&w, NULL, CONV_CLIENT);
	wire_ask(&w, CONV_BANNER, (struct due){ .stage = DUE_GREETING });
	return 0;
}

static int
end(void **state)
{
	(void)state;
	wire_release(&w);
	return 0;
}

static unsigned
send_line(const char *line)
{
	unsigned ticket = conv_send(w.conv, span_of(line));

	wire_ask(&w, ticket, due_command(span_of(line)));
	wire_asked_line(&w, span_of(line));
	return ticket;
}

static void
all_goes_out(void)
{
	static const struct pace at_once;

	assert_int_equal(wire_sent(&w, &at_once, wire_may_send(&w, &at_once)), 0);
}

static const struct receipt *
receive(const char *octets, unsigned recipients)
{
	struct conv_event e;

	conv_feed(w.conv, span_of(octets));
	assert_true(conv_next(w.conv, &e));
	last = wire_receive(&w, &e, recipients);
	return &last;
}

static void
replies_answer_in_order(void **state)
{
	(void)state;
	assert_true(receive("220 hi\r\n", 0)->greeting);
	send_line("EHLO me");
	send_line("VRFY x");
	all_goes_out();
	assert_int_equal(receive("250 mx\r\n", 0)->asked.due.verb, VERB_EHLO);
	assert_true(last.takes_effect);
	assert_int_equal(receive("252 maybe\r\n", 0)->asked.due.verb, VERB_VRFY);
	receive("250 for nobody\r\n", 0);
	assert_true(last.surprise);
	assert_false(last.takes_effect);
	assert_int_equal(w.surprises, 1);
	assert_int_equal(w.replies, 4);
}

static void
what_belongs_elsewhere_is_out_of_step(void **state)
{
	(void)state;
	receive("220 hi\r\n", 0);
	send_line("MAIL FROM:<a@b>");
	all_goes_out();
	receive("354 go ahead\r\n", 0);
	assert_int_equal(last.standing, REPLY_OUT_OF_STEP);
	assert_int_equal(last.err, ERR_PROTO);
	assert_true(w.out_of_step);
}

/* One for NOOP, which was given up, may be RSET's as well: a second one tells. */
static void
a_late_reply_has_no_effect_before_a_second_one(void **state)
{
	unsigned noop;

	(void)state;
	receive("220 hi\r\n", 0);
	noop = send_line("NOOP");
	all_goes_out();
	conv_give_up(w.conv, noop);
	send_line("RSET");
	all_goes_out();
	receive("250 whose?\r\n", 0);
	assert_true(last.event.late);
	assert_int_equal(last.or->verb, VERB_RSET);
	assert_false(last.takes_effect);
	assert_true(w.late.open);

	receive("250 RSET's\r\n", 0);
	assert_true(last.before.open);
	assert_int_equal(last.before.due.verb, VERB_NOOP);
	assert_int_equal(last.asked.due.verb, VERB_RSET);
	assert_true(last.takes_effect);
	assert_false(w.late.open);
}

static void
where_no_second_one_comes_the_late_one_was_the_next_ones(void **state)
{
	unsigned noop;

	(void)state;
	receive("220 hi\r\n", 0);
	assert_int_equal(wire_find_step(&w).ticket, 0);
	noop = send_line("NOOP");
	all_goes_out();
	conv_give_up(w.conv, noop);
	send_line("RSET");
	all_goes_out();
	receive("250 whose?\r\n", 0);
	assert_int_equal(wire_find_step(&w).due.verb, VERB_RSET);
	assert_int_equal(w.nasked, 0);
	assert_int_equal(wire_find_step(&w).ticket, 0);
}

/* A code that fits RSET alone never was AUTH's: in step at once. */
static void
a_late_reply_that_cannot_be_late_is_not(void **state)
{
	unsigned data;

	(void)state;
	receive("220 hi\r\n", 0);
	data = send_line("DATA");
	all_goes_out();
	conv_give_up(w.conv, data);
	send_line("STARTTLS");
	all_goes_out();
	receive("220 go ahead\r\n", 0);
	assert_false(last.event.late);
	assert_int_equal(last.asked.due.verb, VERB_STARTTLS);
	assert_true(last.takes_effect);
	assert_int_equal(w.nasked, 0);
}

/* RFC 1047: only of a message whose end has left is it unknown what became of it, and only once. */
static void
what_is_lost(void **state)
{
	(void)state;
	receive("220 hi\r\n", 0);
	send_line("BDAT 4 LAST");
	assert_true(wire_is_within_octets(&w, MODE_COMMAND));
	assert_int_equal(wire_lose(&w), 0);
	w.asked[0].given_up = false;
	assert_true(conv_put(w.conv, SPAN("abcd")));
	all_goes_out();
	assert_false(wire_is_within_octets(&w, MODE_COMMAND));
	assert_int_equal(wire_lose(&w), 1);
	assert_int_equal(wire_lose(&w), 0);
}

/* A reply to the end of a message that has not left answers nothing that is known. */
static void
an_answer_before_the_end_is_unknown(void **state)
{
	(void)state;
	receive("220 hi\r\n", 0);
	send_line("BDAT 4 LAST");
	all_goes_out();
	receive("250 taken\r\n", 0);
	assert_int_equal(last.err, ERR_UNKNOWN);
}

static void
in_lmtp_the_last_chunk_has_a_reply_each(void **state)
{
	(void)state;
	receive("220 hi\r\n", 0);
	send_line("BDAT 0 LAST");
	wire_ask_last_chunk(&w, 3);
	all_goes_out();
	assert_int_equal(w.nasked, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(receive("250 one\r\n", 3)->asked.due.stage, DUE_RECIPIENT);
	assert_int_equal(w.nasked, 0);
}

static void
after_353_there_is_a_reply_each_and_one_for_all(void **state)
{
	(void)state;
	receive("220 hi\r\n", 0);
	assert_true(conv_put(w.conv, SPAN(".\r\n")));
	wire_ask(&w, conv_expect(w.conv),
	    (struct due){ .stage = DUE_MESSAGE, .verb = VERB_DATA, .prdr = true });
	all_goes_out();
	receive("353 each\r\n", 2);
	assert_int_equal(last.more, 3);
	assert_false(last.takes_effect);
	assert_int_equal(w.nasked, 3);
}

static void
what_goes_slowly_goes_in_pieces(void **state)
{
	static const struct pace slow = { .octets = 3, .every_ms = 10 };

	(void)state;
	receive("220 hi\r\n", 0);
	send_line("NOOP");		/* and CRLF: six octets */
	w.asked[0].at_us = 1;
	assert_int_equal(wire_may_send(&w, &slow), 3);
	assert_int_equal(wire_sent(&w, &slow, 3), 10);
	assert_int_equal(wire_may_send(&w, &slow), 0);		/* not yet */
	w.next_us = 0;
	assert_int_equal(wire_may_send(&w, &slow), 3);
	assert_int_equal(wire_sent(&w, &slow, 3), 0);
	assert_int_equal(w.paced_us, 0);
	/* the peer could not answer before: it is timed from the last piece on */
	assert_true(w.asked[0].at_us > 1);
}

int
main(void)
{
#define t(name)	cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		t(replies_answer_in_order),
		t(what_belongs_elsewhere_is_out_of_step),
		t(a_late_reply_has_no_effect_before_a_second_one),
		t(where_no_second_one_comes_the_late_one_was_the_next_ones),
		t(a_late_reply_that_cannot_be_late_is_not),
		t(what_is_lost),
		t(an_answer_before_the_end_is_unknown),
		t(in_lmtp_the_last_chunk_has_a_reply_each),
		t(after_353_there_is_a_reply_each_and_one_for_all),
		t(what_goes_slowly_goes_in_pieces),
	};
	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
