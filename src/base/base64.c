/* base64 - encodes and decodes base64 (RFC 4648 4). */
#include "base/base64.h"

#include "base/ascii.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct span
base64_encode(struct arena *arena, struct span in)
{
	char *out = arena_get(arena, (in.len + 2) / 3 * 4 + 1), *to = out;

	for (size_t i = 0; i < in.len; i += 3) {
		size_t n = in.len - i < 3 ? in.len - i : 3;
		unsigned long bits = (unsigned long)(unsigned char)in.at[i] << 16;
		if (n > 1)
			bits |= (unsigned long)(unsigned char)in.at[i + 1] << 8;
		if (n > 2)
			bits |= (unsigned char)in.at[i + 2];
		*to++ = digits[bits >> 18];
		*to++ = digits[bits >> 12 & 63];
		*to++ = n > 1 ? digits[bits >> 6 & 63] : '=';
		*to++ = n > 2 ? digits[bits & 63] : '=';
	}
	return (struct span){ out, (size_t)(to - out) };
}

static int
value_of(char c)
{
	if (ascii_is_upper(c))
		return c - 'A';
	if (ascii_is_lower(c))
		return c - 'a' + 26;
	if (ascii_is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t
padding(struct span text)
{
	size_t n = 0;

	while (n < 2 && n < text.len && text.at[text.len - 1 - n] == '=')
		n++;
	return n;
}

bool
base64_is(struct span text)
{
	size_t n = text.len - padding(text);

	if (text.len % 4 != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (value_of(text.at[i]) < 0)
			return false;
	return true;
}

bool
base64_decode(struct arena *arena, struct span text, struct span *octets)
{
	if (!base64_is(text))
		return false;

	size_t pad = padding(text), n = 0;
	char *out = arena_get(arena, text.len / 4 * 3 + 1);
	for (size_t i = 0; i < text.len; i += 4) {
		unsigned long bits = 0;
		for (size_t k = 0; k < 4; k++)
			bits = bits << 6 |
			    (unsigned long)(text.at[i + k] == '=' ? 0 : value_of(text.at[i + k]));
		out[n++] = (char)(bits >> 16);
		out[n++] = (char)(bits >> 8 & 0xFF);
		out[n++] = (char)(bits & 0xFF);
	}
	*octets = (struct span){ out, n - pad };
	return true;
}

bool
base64_decode_loosely(struct arena *arena, struct span text, struct span *octets)
{
	char *strict = arena_get(arena, text.len + 4);
	size_t n = 0;
	bool padded = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i] == '-' ? '+' : text.at[i] == '_' ? '/' : text.at[i];
		padded |= c == '=';
		if (value_of(c) >= 0 && !padded)
			strict[n++] = c;
		else if (!c || !strchr(" \t\r\n=", c))
			return false;
	}
	if (n % 4 == 1)
		n--;			/* a single digit of six bits cannot be decoded */
	if (n == 0)
		return false;
	while (n % 4 != 0)
		strict[n++] = '=';
	return base64_decode(arena, (struct span){ strict, n }, octets);
}

void
base64_pem(struct buf *out, const char *what, struct span octets)
{
	enum { PEM_LINE = 64 };
	struct arena arena = { 0 };
	struct span rest = base64_encode(&arena, octets);

	buf_printf(out, "-----BEGIN %s-----\n", what);
	for (; rest.len > 0; rest = span_skip(rest, PEM_LINE))
		buf_printf(out, "%.*s\n", SPAN_ARG(span_first(rest, PEM_LINE)));
	buf_printf(out, "-----END %s-----\n", what);
	arena_release(&arena);
}
