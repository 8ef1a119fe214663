/* session: steps in, events out, over a pair of sockets whose other end is this test. */
#include "tests.h"

#include <errno.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include "run/session/session.h"
#include "run/session/steps/list.h"
#include "run/session/steps/open.h"

enum { MANY = 400, OCTETS_EACH = 5 << 10 };

struct peer {
	struct session_env env;
	int fd;				/* the other end of the session opened last */
	char said[2000];		/* the events, a line each */
	size_t len;
};
static struct peer *opening;		/* env.demo has no context but the environment */

static int
pair(struct session_env *env, unsigned as, struct err *err)
{
	int fds[2];

	(void)env, (void)as, (void)err;
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
	opening->fd = fds[1];
	return fds[0];
}

static void
on_event(void *ctx, const struct event *e)
{
	struct peer *p = ctx;
	size_t room = sizeof p->said - p->len;
	int n = 0;

	if (e->kind == EVENT_REPLY)
		n = snprintf(p->said + p->len, room, "%u%s%s\n", e->answer.reply->code,
		    e->answer.surprise ? " surprise" : "", e->answer.late ? " late" : "");
	else if (e->kind == EVENT_PROBLEM || e->kind == EVENT_CLOSED)
		n = snprintf(p->said + p->len, room, "%s\n", event_word(e->kind));
	else if (e->kind == EVENT_STEP_ENDED)
		n = snprintf(p->said + p->len, room, "ended %s\n", err_word(e->err));
	p->len += (size_t)n < room ? (size_t)n : 0;
}

static void
peer_says(struct peer *p, const char *octets)
{
	assert_int_equal(write(p->fd, octets, strlen(octets)), strlen(octets));
}

static void
turn_until(struct peer *p, const char *event)
{
	while (!strstr(p->said, event))
		loop_turn(p->env.loop, true);
}

static void
begin(struct peer *p)
{
	*p = (struct peer){ .env = { .loop = loop_new(), .demo = pair }, .fd = -1 };
	opening = p;
}

static void
end(struct peer *p)
{
	close(p->fd);
	session_env_release(&p->env);
	loop_free(p->env.loop);
}

static const struct target demo = { .kind = TARGET_DEMO, .text = SPAN_INIT("demo:") };

/* A session whose peer has greeted. */
static struct session *
greeted(struct peer *p, const struct session_opts *opts, struct arena *arena)
{
	struct session *s;

	begin(p);
	s = session_new(&p->env, opts, on_event, p);
	session_push(s, step_new_open(&demo, arena));
	peer_says(p, "220 hello\r\n");
	turn_until(p, "ended none\n");
	return s;
}

static void
what_was_given_up_answers_nothing_else(void **state)
{
	static const struct session_opts opts = { .helo = "me",
		.timeouts = { .greeting = 60000, .reply = 30 } };
	static const struct step noop = { .op = &step_line, .text = SPAN_INIT("NOOP") };
	static const struct step rset = { .op = &step_line, .text = SPAN_INIT("RSET") };
	struct arena arena = { 0 };
	struct peer p;

	(void)state;
	struct session *s = greeted(&p, &opts, &arena);
	session_push(s, &noop);
	turn_until(&p, "ended timeout\n");
	session_push(s, &rset);
	peer_says(&p, "250 for NOOP\r\n251 for RSET\r\n252 for nobody\r\n");
	turn_until(&p, "252");
	assert_string_equal(p.said,
	    "220\nended none\nproblem\nended timeout\n250 late\n251\nended none\n252 surprise\n");
	session_free(s);
	arena_release(&arena);
	end(&p);
}

/* Who hears all replies still waits for its own, and no longer than it would have. */
static void
what_nobody_asked_for_ends_no_wait(void **state)
{
	static const struct session_opts opts = { .helo = "me",
		.timeouts = { .greeting = 60000, .reply = 30 } };
	static const char *const lines[] = { "/pipeline \"NOOP\" \"RSET\"", "/raw \"NOOP\\r\\n\"" };
	struct arena arena = { 0 };
	struct err err;
	struct peer p;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct session *s = greeted(&p, &opts, &arena);
		const struct step *step = step_parse(
		    step_ops, span_of(lines[i]), MODE_COMMAND, (struct place){ 0 }, &arena, &err);
		peer_says(&p, "252 for nobody\r\n");
		session_push(s, step);
		turn_until(&p, "252 surprise\n");
		turn_until(&p, "ended timeout\n");
		session_free(s);
		end(&p);
	}
	arena_release(&arena);
}

/* A timer fires before what has come is read: being late to look is no silence of the peer's. */
static void
what_came_in_time_is_heard_however_late_we_look(void **state)
{
	static const struct session_opts opts = { .helo = "me",
		.timeouts = { .greeting = 60000, .reply = 10 } };
	static const struct step noop = { .op = &step_line, .text = SPAN_INIT("NOOP") };
	struct arena arena = { 0 };
	struct peer p;

	(void)state;
	struct session *s = greeted(&p, &opts, &arena);
	session_push(s, &noop);
	peer_says(&p, "250 ok\r\n");
	for (uint64_t until = loop_now_us() + 20000; loop_now_us() < until;)
		;
	turn_until(&p, "\nended ");
	turn_until(&p, "250");
	assert_string_equal(p.said, "220\nended none\n250\nended none\n");
	session_free(s);
	arena_release(&arena);
	end(&p);
}

/* ---- a socket that has no room at one moment and has it at the next, in the C library's place */

/* how many calls are yet to find no room, each second one */
static unsigned stutters;

static size_t room = SIZE_MAX;		/* octets that it takes yet */

ssize_t
send(int fd, const void *octets, size_t n, int flags)
{
	n = n < room ? n : room;
	if (n == 0) {
		errno = EAGAIN;
		return -1;
	}
	room -= room < SIZE_MAX ? n : 0;
	if (stutters > 0 && stutters-- % 2 == 0) {
		errno = EAGAIN;
		return -1;
	}
	return sendto(fd, octets, n, flags, NULL, 0);
}

enum { PIECE_MOST = 2 * SESSION_LOW_WATER, PIECES = 8 };

static enum progress
put_piece(struct session *s, const struct step *step, void *state)
{
	unsigned *n = state;
	char piece[1024];

	(void)step;
	memset(piece, 'x', sizeof piece);
	if ((*n)++ == PIECES)
		return STEP_DONE;
	while (conv_output(session_conv(s)).len < PIECE_MOST)
		buf_append(conv_outbuf(session_conv(s)), (struct span){ piece, sizeof piece });
	stutters = 4;
	session_wait_room(s);
	return STEP_WAIT;
}

static enum progress
put_next(struct session *s, const struct step *step, void *state, const struct news *news)
{
	return news->kind == NEWS_WRITABLE ? put_piece(s, step, state) : STEP_FAIL;
}

static void
room_that_comes_at_any_moment_is_noticed(void **state)
{
	static const struct session_opts opts = { .helo = "me",
		.timeouts = { .greeting = 60000, .reply = 2000 } };
	static const struct step_op pour = { .name = "pour",
		.traits = STEP_NEEDS_CONN,
		.state_size = sizeof(unsigned),
		.start = put_piece,
		.on_news = put_next };
	static const struct step step = { .op = &pour };
	struct arena arena = { 0 };
	static char drain[PIECE_MOST];
	struct peer p;

	(void)state;
	struct session *s = greeted(&p, &opts, &arena);
	session_push(s, &step);
	p.len = 0;
	memset(p.said, 0, sizeof p.said);
	while (!strstr(p.said, "ended ")) {
		loop_turn(p.env.loop, false);
		while (read(p.fd, drain, sizeof drain) > 0)
			;
	}
	assert_string_equal(p.said, "ended none\n");
	session_free(s);
	arena_release(&arena);
	end(&p);
}

/* Turns so often, and reads what came. */
static void
read_along(struct peer *p, struct buf *out, unsigned turns)
{
	static char octets[64 << 10];

	for (; turns > 0; turns--) {
		loop_turn(p->env.loop, false);
		for (ssize_t got; (got = read(p->fd, octets, sizeof octets)) > 0;)
			buf_append(out, (struct span){ octets, (size_t)got });
	}
}

static void
read_until(struct peer *p, struct buf *out, const char *text)
{
	for (unsigned turns = 0; span_find(buf_span(out), span_of(text)).len == 0; turns++) {
		if (turns > 100000)
			fail_msg("%s did not come; %zu octets did", text, buf_span(out).len);
		read_along(p, out, 1);
	}
}

/*
 * A chunk waits for room, and the reply to an earlier one lets the rest go first: the room that
 * comes then is for nothing. (A dot was sent, which the server took for a command.)
 */
static void
nothing_follows_the_last_chunk(void **state)
{
	static const struct session_opts opts = { .helo = "me",
		.timeouts = { .greeting = 60000, .reply = 60000, .dot = 60000 } };
	struct arena arena = { 0 };
	struct buf sent = { .max = 1 << 20 };
	struct err err;
	struct peer p;

	(void)state;
	struct session *s = greeted(&p, &opts, &arena);
	const struct step *step = step_parse(step_ops,
	    SPAN("/send from=a@b.example to=c@d.example size=300k chunk=100k pipeline"),
	    MODE_COMMAND, (struct place){ "test", 1 }, &arena, &err);
	assert_non_null(step);
	session_push(s, step);
	read_until(&p, &sent, "EHLO me\r\n");
	peer_says(&p, "250-peer\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
	read_until(&p, &sent, "RCPT TO:<c@d.example>\r\n");
	room = 150 << 10;
	peer_says(&p, "250 ok\r\n250 ok\r\n");
	read_along(&p, &sent, 100);
	assert_int_equal(room, 0);
	size_t unsent = conv_output(session_conv(s)).len;
	assert_true(unsent > SESSION_LOW_WATER);	/* it waits for room */
	peer_says(&p, "250 the first chunk\r\n");
	read_along(&p, &sent, 100);
	room = SIZE_MAX;
	read_along(&p, &sent, 200);
	struct span last = span_find(buf_span(&sent), SPAN(" LAST\r\n"));
	assert_true(last.len > 0);
	assert_int_equal(last.len, 7 + 100 * 1024);
	peer_says(&p, "250 the second\r\n250 the message\r\n");
	p.len = 0;
	turn_until(&p, "ended none\n");
	session_free(s);
	buf_release(&sent);
	arena_release(&arena);
	end(&p);
}

static void
a_session_that_waits_costs_little(void **state)
{
	static const struct session_opts opts = { .helo = "me",
		.timeouts = { .greeting = 60000, .reply = 60000 } };
	static struct session *all[MANY];
	static int fds[MANY];
	struct arena arena = { 0 };
	struct peer p;

	(void)state;
	begin(&p);
	const struct step *open = step_new_open(&demo, &arena);
	size_t before = mallinfo2().uordblks;
	for (size_t i = 0; i < MANY; i++) {
		all[i] = session_new(&p.env, &opts, on_event, &p);
		session_push(all[i], open);
		fds[i] = p.fd;
		p.len = 0;
		memset(p.said, 0, sizeof p.said);
		peer_says(&p, "220 mx.example.org ESMTP\r\n");
		turn_until(&p, "ended none");
	}
	size_t each = (mallinfo2().uordblks - before) / MANY;
	if (each > OCTETS_EACH)
		fail_msg("%zu octets each", each);
	for (size_t i = 0; i < MANY; i++) {
		session_free(all[i]);
		close(fds[i]);
	}
	p.fd = -1;
	arena_release(&arena);
	end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_given_up_answers_nothing_else),
		cmocka_unit_test(what_nobody_asked_for_ends_no_wait),
		cmocka_unit_test(what_came_in_time_is_heard_however_late_we_look),
		cmocka_unit_test(room_that_comes_at_any_moment_is_noticed),
		cmocka_unit_test(nothing_follows_the_last_chunk),
		cmocka_unit_test(a_session_that_waits_costs_little),
	};
	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
