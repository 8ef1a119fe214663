/* body - message data on the wire. */
#include "smtp/body.h"

/* Copies runs that need no change. At worst every byte becomes two, so half of the room is used. */
size_t
body_stuff(struct body_out *b, struct span text, struct buf *out)
{
	size_t n = (out->max - buf_span(out).len) / 2, from = 0, at = 0;
	const char *lf;

	if (n > text.len)
		n = text.len;
	if (n == 0)
		return 0;
	if (!b->midline && text.at[0] == '.')
		buf_append(out, SPAN("."));
	while (at < n && (lf = memchr(text.at + at, '\n', n - at))) {
		size_t end = (size_t)(lf - text.at);
		bool cr = end > 0 ? text.at[end - 1] == '\r' : b->cr;
		at = end + 1;
		if (!cr) {
			buf_append(out, (struct span){ text.at + from, end - from });
			buf_append(out, SPAN("\r\n"));
			from = at;
		}
		if (at < n && text.at[at] == '.') {
			buf_append(out, (struct span){ text.at + from, at - from });
			buf_append(out, SPAN("."));
			from = at;
		}
	}
	buf_append(out, (struct span){ text.at + from, n - from });
	b->midline = text.at[n - 1] != '\n';
	b->cr = text.at[n - 1] == '\r';
	return n;
}

bool
body_end(struct body_out *b, struct buf *out)
{
	if (b->midline && !buf_append(out, b->cr ? SPAN("\n") : SPAN("\r\n")))
		return false;
	b->midline = b->cr = false;
	return buf_append(out, SPAN(".\r\n"));
}

struct span
body_line(struct arena *arena, struct span line)
{
	if (line.len == 0 || line.at[0] != '.')
		return line;
	char *mem = arena_get(arena, line.len + 1);
	mem[0] = '.';
	memcpy(mem + 1, line.at, line.len);
	return (struct span){ mem, line.len + 1 };
}

bool
body_is_end(struct span line)
{
	return span_eq(line, BODY_END);
}

/* Returns the offset of the next CR or LF. */
static size_t
line_end(struct span in, size_t at)
{
	const char *cr = memchr(in.at + at, '\r', in.len - at);
	size_t stop = cr ? (size_t)(cr - in.at) : in.len;
	const char *lf = memchr(in.at + at, '\n', stop - at);

	return lf ? (size_t)(lf - in.at) : stop;
}

/*
 * Returns the length of a piece of message data: up to and including a dot that begins a line, with
 * the state set to BODY_DOT, or all of `in`.
 */
static size_t
take_run(struct body_in *b, struct span in)
{
	for (size_t at = 0; at < in.len; at++) {
		char c = in.at[at];
		if (c == '.' && b->state == BODY_LINE_START) {
			b->state = BODY_DOT;
			return at + 1;
		}
		if (c == '\r') {
			b->state = BODY_CR;
		} else if (c == '\n' && b->state == BODY_CR) {
			b->state = BODY_LINE_START;
		} else {
			/*
			 * A bare LF does not end a line, so no dot after it can end the message
			 * (SMTP smuggling).
			 */
			b->bare_lf |= c == '\n';
			b->state = BODY_TEXT;
			at = line_end(in, at + 1) - 1;
		}
	}
	return in.len;
}

/*
 * A dot that begins a line is always the last byte that a call reads. Whether it is stuffed or
 * final is decided by the first bytes of the following calls.
 */
size_t
body_unstuff(struct body_in *b, struct span in, struct span *text)
{
	*text = SPAN_NONE;
	if (in.len == 0)
		return 0;
	if (b->state == BODY_DOT && in.at[0] == '\r') {
		b->state = BODY_DOT_CR;
		return 1;
	}
	if (b->state == BODY_DOT_CR && in.at[0] == '\n') {
		b->over = true;
		return 1;
	}
	/* a stuffed line that begins with CR, which was withheld */
	if (b->state == BODY_DOT_CR) {
		*text = SPAN("\r");
		b->state = BODY_CR;
		return 0;
	}
	if (b->state == BODY_DOT)
		b->state = BODY_TEXT;
	size_t n = take_run(b, in);
	*text = span_first(in, b->state == BODY_DOT ? n - 1 : n);
	return n;
}
