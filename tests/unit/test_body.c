/* Message text: dots stuffed and unstuffed, line endings, however it is cut. */
#include "tests.h"

#include "smtp/body.h"
#include "split.h"

struct row { struct span text, wire; };

static const struct row table[] = {
	{ SPAN_INIT(""), SPAN_INIT(".\r\n") },
	{ SPAN_INIT("a\r\n"), SPAN_INIT("a\r\n.\r\n") },
	{ SPAN_INIT("a\n"), SPAN_INIT("a\r\n.\r\n") },
	{ SPAN_INIT("a"), SPAN_INIT("a\r\n.\r\n") },
	{ SPAN_INIT(".\r\n"), SPAN_INIT("..\r\n.\r\n") },
	{ SPAN_INIT("..a\n.b\n"), SPAN_INIT("...a\r\n..b\r\n.\r\n") },
	{ SPAN_INIT("a.b\r\n\r\n.\r\n"), SPAN_INIT("a.b\r\n\r\n..\r\n.\r\n") },
	{ SPAN_INIT("a\rb\n"), SPAN_INIT("a\rb\r\n.\r\n") },
	{ SPAN_INIT("a\r"), SPAN_INIT("a\r\n.\r\n") },
};

struct out { const struct row *row; struct body_out body; struct buf buf; };

static void
begin_out(void *ctx)
{
	struct out *o = ctx;
	o->body = (struct body_out){ 0 };
	buf_init(&o->buf, 4096);
}

static void
feed_out(void *ctx, struct span piece)
{
	struct out *o = ctx;
	assert_int_equal(body_stuff(&o->body, piece, &o->buf), piece.len);
}

static void
end_out(void *ctx)
{
	struct out *o = ctx;

	assert_true(body_end(&o->body, &o->buf));
	if (!span_eq(buf_span(&o->buf), o->row->wire))
		fail_msg("%.*s became %.*s", SPAN_ARG(o->row->text), SPAN_ARG(buf_span(&o->buf)));
	buf_release(&o->buf);
}

static void
stuffed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct out o = { .row = &table[i] };
		for_all_splits(table[i].text, begin_out, feed_out, end_out, &o);
	}
}

struct in { struct body_in body; struct buf buf; const char *want; size_t left; };

static void
begin_in(void *ctx)
{
	struct in *i = ctx;
	i->body = (struct body_in){ 0 };
	i->left = 0;
	buf_init(&i->buf, 4096);
}

static void
feed_in(void *ctx, struct span piece)
{
	struct in *i = ctx;
	struct span text;

	while (piece.len > 0 && !i->body.over) {
		piece = span_skip(piece, body_unstuff(&i->body, piece, &text));
		buf_append(&i->buf, text);
	}
	i->left += piece.len;
}

static void
end_in(void *ctx)
{
	struct in *i = ctx;

	assert_true(i->body.over);
	assert_int_equal(i->left, 6);
	if (!span_eq(buf_span(&i->buf), span_of(i->want)))
		fail_msg("%.*s, not %s", SPAN_ARG(buf_span(&i->buf)), i->want);
	buf_release(&i->buf);
}

static void
unstuffed(void **state)
{
	struct in i = { .want = "a\r\n.b\r\n\r\n.\r\nc.\rd\r\n.\re\r\n\rf\r\n\r\r\n\r.\r\ng\r\n" };

	(void)state;
	for_all_splits(SPAN("a\r\n..b\r\n\r\n..\r\nc.\rd\r\n..\re\r\n.\rf\r\n.\r\r\n.\r.\r\ng\r\n."
			    "\r\nQUIT\r\n"),
	    begin_in, feed_in, end_in, &i);
	assert_false(i.body.bare_lf);
}

/* The ways in which smuggling is tried: none of them ends the message. */
static void
only_the_lone_dot_ends(void **state)
{
	static const struct span tries[] = {
		SPAN_INIT("a\n.\nb\r\n"),
		SPAN_INIT("a\r\n.\nb\r\n"),
		SPAN_INIT("a\n.\r\rb\r\n"),
		SPAN_INIT("a\r\n.\r\r\nb\r\n"),
		SPAN_INIT("a\r.\r\nb\r\n"),
		SPAN_INIT("a\r\n.\0\r\n"),
		SPAN_INIT("a\n.\r\nb\r\n"),
		SPAN_INIT("a\r\n.\r.\r\nb\r\n"),
		SPAN_INIT("a\r\n.\rb\r\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		struct body_in body = { 0 };
		struct span rest = tries[i], text;
		while (rest.len > 0 && !body.over)
			rest = span_skip(rest, body_unstuff(&body, rest, &text));
		if (body.over)
			fail_msg("row %zu ended", i);
	}
}

static void
a_line_longer_than_the_room(void **state)
{
	struct body_out body = { 0 };
	struct buf out = { .max = 64 };
	char line[1000];
	struct span rest = { line, sizeof line };
	size_t sent = 0;

	(void)state;
	memset(line, 'x', sizeof line);
	line[0] = '.';
	line[999] = '\n';
	while (rest.len > 0) {
		size_t took = body_stuff(&body, rest, &out);
		assert_true(took > 0);
		rest = span_skip(rest, took);
		sent += buf_span(&out).len;
		buf_consume(&out, buf_span(&out).len);
	}
	assert_int_equal(sent, sizeof line + 2);	/* the dot's twin, and CR */
}

/* A line of it alone comes out as it does within a stream, whatever octets it has. */
static void
line_by_line(void **state)
{
	static const struct span lines[] = { SPAN_INIT(""), SPAN_INIT("a"), SPAN_INIT("."),
		SPAN_INIT(".."), SPAN_INIT(".a\0b"), SPAN_INIT("a.b"), SPAN_INIT("\0") };
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct body_out body = { 0 };
		struct buf streamed = { .max = 100 }, alone = { .max = 100 };
		body_stuff(&body, lines[i], &streamed);
		body_stuff(&body, SPAN("\n"), &streamed);
		buf_append(&alone, body_line(&arena, lines[i]));
		buf_append(&alone, SPAN("\r\n"));
		assert_true(span_eq(buf_span(&streamed), buf_span(&alone)));
		assert_int_equal(body_is_end(lines[i]), i == 2);
		assert_false(body_is_end(body_line(&arena, lines[i])));
		buf_release(&streamed);
		buf_release(&alone);
	}
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stuffed),
		cmocka_unit_test(unstuffed),
		cmocka_unit_test(only_the_lone_dot_ends),
		cmocka_unit_test(a_line_longer_than_the_room),
		cmocka_unit_test(line_by_line),
	};
	return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
