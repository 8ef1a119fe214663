/* body - message text on the wire. */
#include "smtp/body.h"

/* What needs no change goes out in runs; at worst every octet becomes two. */
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

/*
 * The text of one call is one run of `in`, so a stuffed dot ends the run before it. "\n." begins the only sequences
 * that need a look; between them memchr runs.
 */
size_t
body_unstuff(struct body_in *b, struct span in, struct span *text)
{
	size_t at = 0, from = 0;

	*text = SPAN_NONE;
	while (at < in.len) {
		char c = in.at[at];
		switch (b->state) {
		case BODY_LINE_START:
			if (c == '.') {
				*text = (struct span){ in.at + from, at - from };
				b->state = BODY_DOT;
				return at + 1;
			}
			b->state = BODY_TEXT;
			continue;
		case BODY_TEXT:
			/* A LF alone begins no line: what stands behind it can end no message (smuggling). */
			if (c == '\n') {
				b->bare_lf = true;
			} else if (c == '\r') {
				b->state = BODY_CR;
			} else {
				const char *cr = memchr(in.at + at, '\r', in.len - at);
				size_t stop = cr ? (size_t)(cr - in.at) : in.len;
				const char *lf = memchr(in.at + at, '\n', stop - at);
				at = lf ? (size_t)(lf - in.at) : stop;
				continue;
			}
			break;
		case BODY_CR:
			if (c == '\n')
				b->state = BODY_LINE_START;
			else
				b->state = BODY_TEXT;
			if (c != '\n')
				continue;
			break;
		case BODY_DOT:
			if (c == '\r') {
				b->state = BODY_DOT_CR;
				return at + 1;
			}
			b->state = BODY_TEXT;
			from = at;
			continue;
		case BODY_DOT_CR:
			if (c == '\n') {
				b->over = true;
				return at + 1;
			}
			/* ".\r" was text after all, its first dot taken away: the CR goes on. */
			*text = SPAN("\r");
			b->state = BODY_CR;
			return at;
		}
		at++;
	}
	*text = (struct span){ in.at + from, at - from };
	return at;
}
