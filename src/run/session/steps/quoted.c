/* quoted - octets written between double quotes. */
#include "run/session/steps/quoted.h"

#include "base/ascii.h"

size_t
quoted_escape(struct span in, char *out)
{
	static const char from[] = "rnt0\\\"", to[] = "\r\n\t\0\\\"";
	const char *known = in.len > 0 && in.at[0] ? memchr(from, in.at[0], sizeof from - 1) : NULL;

	if (known) {
		*out = to[known - from];
		return 1;
	}
	if (in.len < 3 || in.at[0] != 'x' || ascii_hex(in.at[1]) < 0 || ascii_hex(in.at[2]) < 0)
		return 0;
	*out = (char)(ascii_hex(in.at[1]) << 4 | ascii_hex(in.at[2]));
	return 3;
}

bool
quoted_take(struct cursor *c, struct arena *arena, struct span *out, struct err *err)
{
	char *octets = arena_get(arena, c->rest.len + 1);
	size_t n = 0, took = 1;

	if (c->rest.len == 0 || c->rest.at[0] != '"')
		return cursor_fail(
		    c, err, "expected octets in double quotes, such as \"NOOP\\r\\n\"");
	c->rest = span_skip(c->rest, 1);
	for (; c->rest.len > 0 && c->rest.at[0] != '"'; c->rest = span_skip(c->rest, took)) {
		took = 1;
		octets[n] = c->rest.at[0];
		if (octets[n] == '\\') {
			size_t more = quoted_escape(span_skip(c->rest, 1), &octets[n]);
			if (more == 0)
				return cursor_fail(c, err,
				    "invalid escape: expected \\r, \\n, \\t, \\0, \\xHH, \\\\ or "
				    "\\\"");
			took += more;
		}
		n++;
	}
	if (c->rest.len == 0)
		return cursor_fail(c, err, "unmatched double quote");
	c->rest = span_skip(c->rest, 1);
	while (c->rest.len > 0 && (c->rest.at[0] == ' ' || c->rest.at[0] == '\t'))
		c->rest = span_skip(c->rest, 1);
	*out = (struct span){ octets, n };
	return true;
}
