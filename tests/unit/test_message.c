/* A message's facts, wherever it is cut between two reads, and what its readers get. */
#include "tests.h"

#include "run/message/message.h"

enum { BLOCK = 64 << 10 };

static const struct facts_case {
	const char *name;
	struct span text;
	struct message_facts want;	/* but octets, which is worked out here */
	unsigned mended;		/* LF without CR */
} cases[] = {
	{ "plain", SPAN_INIT("A: b\r\n\r\nx\r\n"), { 0 }, 0 },
	{ "no blank line", SPAN_INIT("A: b\r\nx\r\n"), { .no_blank_line = true }, 0 },
	{ "bare LF", SPAN_INIT("A: b\r\n\r\nx\ny\r\n"), { .bare_lf = true }, 1 },
	{ "only LF", SPAN_INIT("A: b\n\nx\n"), { .bare_lf = true }, 3 },
	{ "bare CR", SPAN_INIT("A: b\r\n\r\nx\ry\r\n"), { .bare_cr = true }, 0 },
	{ "CR twice", SPAN_INIT("A: b\r\n\r\nx\r\r\n"), { .bare_cr = true }, 0 },
	{ "a CR and a LF, each alone", SPAN_INIT("A: b\r\n\r\nx\ry\nz"),
	    { .bare_cr = true, .bare_lf = true }, 1 },
	{ "a CR at the end", SPAN_INIT("A: b\r\n\r\nx\r"), { 0 }, 0 },
	{ "NUL", SPAN_INIT("A: b\r\n\r\nx\0y\r\n"), { .nul = true }, 0 },
	{ "8 bit in the body", SPAN_INIT("A: b\r\n\r\nx\xc3\xa4\r\n"), { .eight_bit = true }, 0 },
	{ "8 bit in the header", SPAN_INIT("A: \xc3\xa4\r\n\r\nx\r\n"),
	    { .eight_bit = true, .utf8_header = true }, 0 },
	{ "8 bit and no body", SPAN_INIT("A: \xc3\xa4\r\n"),
	    { .eight_bit = true, .utf8_header = true, .no_blank_line = true }, 0 },
};

/* What the readers give. */
static size_t
read_all(const struct message *m, char *out, size_t max)
{
	struct message_reader reader = { 0 };
	struct err err;
	size_t n = 1, all = 0;

	while (n > 0 && max - all >= 2) {
		assert_true(
		    message_read(m, &reader, out + all, max - all < 7 ? max - all : 7, &n, &err));
		all += n;
	}
	return all;
}

/* Behind so much header that each octet of the text once begins a piece. */
static void
test_facts(void **state)
{
	static char got[BLOCK + 256];
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t before = 0; before <= cases[i].text.len; before++) {
			const struct facts_case *c = &cases[i];
			struct message m = MESSAGE_NONE;
			struct message_facts want = c->want;
			m.head.max = BLOCK + 256;
			for (size_t n = BLOCK - before; n > 0;) {
				size_t line = n > 80 && n != 81 ? 80 : n;
				for (size_t k = 0; k < line - 2; k++)
					buf_append(&m.head, SPAN("h"));
				buf_append(&m.head, SPAN("\r\n"));
				n -= line;
			}
			buf_append(&m.head, c->text);
			want.octets = buf_span(&m.head).len + c->mended;
			assert_true(message_finish(&m, &err));
			if (memcmp(&m.facts, &want, sizeof want) != 0)
				fail_msg("%s, %zu octets of it before the cut", c->name, before);
			if (before == 0) {
				size_t n = read_all(&m, got, sizeof got);
				assert_int_equal(n, want.octets);
				for (size_t k = 1; k < n; k++)
					assert_false(got[k] == '\n' && got[k - 1] != '\r');
			}
			message_release(&m);
		}
}

static void
test_long_lines(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct message m = MESSAGE_NONE;
		struct err err;
		m.head.max = BLOCK + 2048;
		buf_append(&m.head, SPAN("A: b\r\n\r\n"));
		while (buf_span(&m.head).len < BLOCK - 500)
			buf_append(&m.head, SPAN("x\r\n"));
		for (size_t k = 0; k < MESSAGE_LINE_MAX + over; k++)
			buf_append(&m.head, SPAN("y"));
		buf_append(&m.head, SPAN("\r\n"));
		assert_true(message_finish(&m, &err));
		assert_int_equal(m.facts.long_line, over);
		message_release(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_long_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
