/*
 * A conversation: tickets and replies, late ones and surprises, and both roles against each other.
 * No sockets.
 */
#include "tests.h"

#include <stdio.h>

#include "smtp/conv.h"
#include "split.h"

static unsigned
next_code(struct conv *c, unsigned *ticket, bool *late)
{
	struct conv_event e;

	*ticket = 0;
	*late = false;
	if (!conv_next(c, &e))
		return 0;
	*ticket = e.ticket;
	*late = e.late;
	return e.reply.code;
}

/* The line goes out at once. */
static unsigned
say(struct conv *c, struct span line)
{
	unsigned ticket = conv_send(c, line);

	conv_wrote(c, conv_output(c).len);
	return ticket;
}

static void
replies_find_what_they_answer(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	unsigned ticket;
	bool late;

	(void)state;
	unsigned ehlo = conv_send(c, SPAN("EHLO x")), noop = conv_send(c, SPAN("NOOP"));
	assert_span(conv_output(c), "EHLO x\r\nNOOP\r\n");
	conv_wrote(c, conv_output(c).len);
	conv_feed(c, SPAN("220 a\r\n250-b\r\n250 c\r\n25"));
	assert_int_equal(next_code(c, &ticket, &late), 220);
	assert_int_equal(ticket, CONV_BANNER);
	assert_int_equal(next_code(c, &ticket, &late), 250);
	assert_int_equal(ticket, ehlo);
	assert_int_equal(next_code(c, &ticket, &late), 0);
	assert_span(conv_pending(c), "25");
	conv_feed(c, SPAN("1 d\r\n"));
	assert_int_equal(next_code(c, &ticket, &late), 251);
	assert_int_equal(ticket, noop);
	assert_int_equal(conv_outstanding(c), 0);
	conv_free(c);
}

static void
a_surprise_answers_nothing(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	unsigned ticket;
	bool late;

	(void)state;
	conv_feed(c, SPAN("220 a\r\n421 bye\r\n"));
	next_code(c, &ticket, &late);
	assert_int_equal(next_code(c, &ticket, &late), 421);
	assert_int_equal(ticket, 0);
	unsigned noop = say(c, SPAN("NOOP"));
	conv_feed(c, SPAN("250 ok\r\n"));
	assert_int_equal(next_code(c, &ticket, &late), 250);
	assert_int_equal(ticket, noop);
	conv_free(c);
}

static void
a_late_reply_answers_what_was_given_up(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	unsigned ticket;
	bool late;

	(void)state;
	unsigned slow = say(c, SPAN("MAIL FROM:<>"));
	conv_give_up(c, CONV_BANNER);
	conv_give_up(c, slow);
	unsigned rset = say(c, SPAN("RSET"));
	conv_feed(c, SPAN("220 a\r\n550 no\r\n250 ok\r\n"));
	assert_int_equal(next_code(c, &ticket, &late), 220);
	assert_true(late);
	assert_int_equal(next_code(c, &ticket, &late), 550);
	assert_true(late && ticket == slow);
	assert_int_equal(next_code(c, &ticket, &late), 250);
	assert_true(!late && ticket == rset);
	conv_free(c);
}

/* What was there before a command went out, wholly or in part, is no reply to it. */
static void
a_reply_that_came_before_its_command_is_unsolicited(void **state)
{
	static const struct {
		const char *before, *after;
		unsigned codes[4];
		int answers;
	} cases[] = {
		{ "220 a\r\n", "250 ok\r\n", { 220, 250 }, 1 },
		{ "220 a\r\n250 more\r\n", "550 no\r\n", { 220, 250, 550 }, 2 },
		{ "220 a\r\n250-mo", "re\r\n250 x\r\n550 no\r\n", { 220, 250, 550 }, 2 },
		{ "220 a\r\n2", "50 x\r\n550 no\r\n", { 220, 250, 550 }, 2 },
		{ "220 a\r\n250 b\r\n251 c\r\n2", "52 x\r\n", { 220, 250, 251, 252 }, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conv *c = conv_new(CONV_CLIENT);
		unsigned ticket, rcpt = 0;
		bool late, wrote = false;
		int n = 0;
		conv_feed(c, span_of(cases[i].before));
		for (unsigned code; n < 4 && cases[i].codes[n]; n++) {
			code = next_code(c, &ticket, &late);
			if (code == 0 && !wrote) {
				conv_wrote(c, conv_output(c).len);
				conv_feed(c, span_of(cases[i].after));
				code = next_code(c, &ticket, &late);
				wrote = true;
			}
			assert_int_equal(code, cases[i].codes[n]);
			assert_int_equal(ticket,
			    n == 0		      ? CONV_BANNER :
				n == cases[i].answers ? rcpt :
							0);
			if (n == 0)
				rcpt = conv_send(c, SPAN("RCPT TO:<a@b>"));
			assert_int_equal(conv_is_about_to_ask(c), !wrote);
		}
		conv_free(c);
	}
}

/*
 * Octets that are put count too: the dot is answered when it has gone, each command of a group with
 * its first octet.
 */
static void
what_goes_out_in_pieces_is_answered_when_it_has_gone(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	unsigned ticket;
	bool late;

	(void)state;
	conv_feed(c, SPAN("220 a\r\n"));
	next_code(c, &ticket, &late);
	conv_put(c, SPAN("text\r\n.\r\n"));
	unsigned dot = conv_expect(c);
	conv_wrote(c, 8);
	conv_feed(c, SPAN("250 early\r\n"));
	next_code(c, &ticket, &late);
	assert_int_equal(ticket, 0);
	unsigned mail = conv_send(c, SPAN("MAIL FROM:<>"));
	conv_wrote(c, 1);
	conv_feed(c, SPAN("250 ok\r\n250 too early\r\n"));
	next_code(c, &ticket, &late);
	assert_int_equal(ticket, dot);
	next_code(c, &ticket, &late);
	assert_int_equal(ticket, 0);
	conv_wrote(c, 1);
	conv_feed(c, SPAN("500 a line without end\r\n"));
	next_code(c, &ticket, &late);
	assert_int_equal(ticket, mail);
	conv_free(c);
}

static void
nothing_may_stand_behind_the_220(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	struct conv_event e;

	(void)state;
	conv_feed(c, SPAN("220 a\r\n"));
	conv_next(c, &e);
	say(c, SPAN("STARTTLS"));
	conv_feed(c, SPAN("220 go\r\n250 injected\r\n"));
	assert_true(conv_next(c, &e));
	assert_false(conv_tls_ready(c));
	assert_span(conv_pending(c), "250 injected\r\n");
	conv_tls_begin(c);
	assert_false(conv_next(c, &e));
	conv_free(c);
}

static void
a_reply_without_end_is_cut(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	struct conv_event e;
	char *line = malloc(1000);
	bool got = false;

	(void)state;
	memset(line, 'x', 1000);
	memcpy(line, "220-", 4);
	memcpy(line + 998, "\r\n", 2);
	for (size_t fed = 0; fed < 3u * CONV_REPLY_MAX && !got; fed += 1000) {
		conv_feed(c, (struct span){ line, 1000 });
		got = conv_next(c, &e);
	}
	assert_true(got);
	assert_int_equal(e.kind, CONV_TOO_MUCH);
	assert_int_equal(e.reply.code, 220);
	assert_true(e.reply.flaws & REPLY_CUT);
	free(line);
	conv_free(c);
}

static void
the_rest_of_what_was_too_much_is_dropped(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	static char line[1000];
	struct conv_event e;
	unsigned ticket;
	bool got = false, late;

	(void)state;
	memset(line, '2', sizeof line);
	for (size_t fed = 0; fed < 3u * CONV_REPLY_MAX && !got; fed += sizeof line) {
		conv_feed(c, (struct span){ line, sizeof line });
		got = conv_next(c, &e);
	}
	assert_true(got);
	conv_feed(c, SPAN("still the same line"));
	assert_int_equal(next_code(c, &ticket, &late), 0);
	conv_feed(c, SPAN(" and its end\r\n250 the next\r\n"));
	assert_int_equal(next_code(c, &ticket, &late), 250);
	conv_free(c);
}

struct server_log {
	struct conv *conv;
	char text[1000];
	size_t n;
};

static void
begin_server(void *ctx)
{
	struct server_log *log = ctx;
	*log = (struct server_log){ .conv = conv_new(CONV_SERVER) };
}

static void
feed_server(void *ctx, struct span piece)
{
	struct server_log *log = ctx;
	struct conv_event e;

	conv_feed(log->conv, piece);
	while (conv_next(log->conv, &e)) {
		const char *before = e.kind == CONV_COMMAND ? "<" : "",
			   *after = e.kind == CONV_COMMAND ? ">" : "";
		if (e.kind == CONV_TEXT_END)
			before = "|";
		log->n += (size_t)snprintf(log->text + log->n, sizeof log->text - log->n,
		    "%s%.*s%s", before, SPAN_ARG(e.text), after);
		if (e.kind == CONV_COMMAND && span_eq(e.text, SPAN("DATA")))
			conv_listen(log->conv, CONV_LISTEN_MESSAGE, 0);
		if (e.kind == CONV_COMMAND && span_eq(e.text, SPAN("BDAT 5")))
			conv_listen(log->conv, CONV_LISTEN_OCTETS, 5);
	}
}

static void
end_server(void *ctx)
{
	struct server_log *log = ctx;

	assert_string_equal(
	    log->text, "<EHLO x><DATA>a\r\n.b\r\n\r\n.\rc\r\n|<BDAT 5>QUIT\r|<RSET><NOOP>");
	conv_free(log->conv);
}

static void
a_server_tells_commands_from_text(void **state)
{
	struct server_log log;

	(void)state;
	for_all_splits(
	    SPAN("EHLO x\r\nDATA\r\na\r\n..b\r\n\r\n..\rc\r\n.\r\nBDAT 5\r\nQUIT\rRSET\r\nNOOP\n"),
	    begin_server, feed_server, end_server, &log);
}

/* Two memcpy loops: what one end says the other hears, until neither has more to say. */
static void
client_against_server(void **state)
{
	struct conv *client = conv_new(CONV_CLIENT), *server = conv_new(CONV_SERVER);
	struct conv_event e;
	unsigned commands = 0, replies = 0;

	(void)state;
	conv_put(server, SPAN("220 hello\r\n"));
	for (unsigned i = 0; i < 1000; i++)
		assert_true(conv_send(client, SPAN("NOOP")) != 0);
	for (bool moved = true; moved;) {
		struct span out = conv_output(client), in = conv_output(server);
		moved = out.len + in.len > 0;
		conv_feed(server, span_first(out, 700));
		conv_wrote(client, out.len < 700 ? out.len : 700);
		conv_feed(client, in);
		conv_wrote(server, in.len);
		while (conv_next(server, &e)) {
			commands++;
			conv_put(server, SPAN("250 ok\r\n"));
		}
		while (conv_next(client, &e))
			replies++;
	}
	assert_int_equal(commands, 1000);
	assert_int_equal(replies, 1001);
	conv_free(client);
	conv_free(server);
}

/* Implicit TLS: the handshake comes before the banner. */
static void
a_banner_within_tls_is_no_surprise(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	struct conv_event e;

	(void)state;
	conv_tls_begin(c);
	conv_feed(c, SPAN("220 hello\r\n250 what?\r\n"));
	assert_true(conv_next(c, &e));
	assert_int_equal(e.ticket, CONV_BANNER);
	assert_true(conv_next(c, &e));
	assert_int_equal(e.ticket, 0);
	conv_free(c);
}

/* What Postfix's postscreen does to a client that talks before its banner is whole. */
static void
a_banner_that_is_broken_off_takes_no_answer_along(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	struct conv_event e;
	unsigned ehlo = say(c, SPAN("EHLO a"));

	(void)state;
	conv_feed(c, SPAN("220-wait\r\n220-a moment\r\n250-mx\r\n250 SIZE\r\n"));
	assert_true(conv_next(c, &e));
	assert_int_equal(e.ticket, CONV_BANNER);
	assert_int_equal(e.reply.nlines, 2);
	assert_int_equal(e.reply.flaws, REPLY_UNFINISHED);
	assert_true(conv_next(c, &e));
	assert_int_equal(e.ticket, ehlo);
	assert_int_equal(e.reply.nlines, 2);
	assert_int_equal(e.reply.flaws, 0);
	conv_free(c);
}

/* Only a code that goes on can be broken off: this is a line that is no reply, and another. */
static void
what_has_no_code_is_not_broken_off(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	struct conv_event e;

	(void)state;
	say(c, SPAN("EHLO a"));
	conv_feed(c, SPAN(":50-a\r\n:50-b\r\n250 c\r\n"));
	for (int i = 0; i < 3; i++) {
		assert_true(conv_next(c, &e));
		assert_int_equal(e.reply.nlines, 1);
		assert_int_equal(e.reply.flaws, i < 2 ? REPLY_NO_CODE : 0);
	}
	conv_free(c);
}

/* What exim -bh prints around its replies. */
static void
a_program_may_print_more_than_smtp(void **state)
{
	struct conv *c = conv_new(CONV_CLIENT);
	struct conv_event e;

	(void)state;
	conv_allow_chatter(c);
	conv_feed(c, SPAN("\n**** not for real\n220-a\r\nb\r\n220 c\r\n*"));
	assert_true(conv_next(c, &e) && e.kind == CONV_CHATTER);
	assert_span(e.text, "");
	assert_true(conv_next(c, &e) && e.kind == CONV_CHATTER);
	assert_span(e.text, "**** not for real");
	assert_true(conv_next(c, &e) && e.kind == CONV_REPLY);
	assert_int_equal(e.ticket, CONV_BANNER);
	assert_int_equal(e.reply.nlines, 3);		/* within a reply a line is the reply's */
	assert_false(conv_next(c, &e));
	conv_feed(c, SPAN("**\n"));
	assert_true(conv_next(c, &e) && e.kind == CONV_CHATTER);
	assert_span(e.text, "***");
	conv_free(c);
}

/*
 * However little is pulled, what is fed stays within the room, and what was pulled makes room
 * again.
 */
static void
what_is_kept_is_bounded(void **state)
{
	static const char line[] = "HELP\r\n";
	struct conv *c = conv_new(CONV_SERVER);
	struct conv_event e;
	size_t fed = 0;

	(void)state;
	for (int i = 0; i < 1 << 20; i++) {
		if (conv_room(c) >= sizeof line - 1) {
			conv_feed(c, SPAN("HELP\r\n"));
			fed++;
		}
		if (i % 4 == 0) {
			assert_true(conv_next(c, &e));
			assert_span(e.text, "HELP");
			fed--;
		}
		assert_true(conv_pending(c).len <= 2 * CONV_LINE_MAX);
	}
	for (; fed > 0; fed--)
		assert_true(conv_next(c, &e));
	assert_false(conv_next(c, &e));
	assert_true(conv_room(c) >= CONV_LINE_MAX);
	conv_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_find_what_they_answer),
		cmocka_unit_test(a_surprise_answers_nothing),
		cmocka_unit_test(a_late_reply_answers_what_was_given_up),
		cmocka_unit_test(a_reply_that_came_before_its_command_is_unsolicited),
		cmocka_unit_test(what_goes_out_in_pieces_is_answered_when_it_has_gone),
		cmocka_unit_test(nothing_may_stand_behind_the_220),
		cmocka_unit_test(a_banner_that_is_broken_off_takes_no_answer_along),
		cmocka_unit_test(what_has_no_code_is_not_broken_off),
		cmocka_unit_test(a_program_may_print_more_than_smtp),
		cmocka_unit_test(a_banner_within_tls_is_no_surprise),
		cmocka_unit_test(a_reply_without_end_is_cut),
		cmocka_unit_test(the_rest_of_what_was_too_much_is_dropped),
		cmocka_unit_test(what_is_kept_is_bounded),
		cmocka_unit_test(a_server_tells_commands_from_text),
		cmocka_unit_test(client_against_server),
	};
	return cmocka_run_group_tests_name("conv", tests, NULL, NULL);
}
