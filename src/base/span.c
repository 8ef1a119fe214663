/* span - a borrowed run of bytes. */
#include "base/span.h"

#include <assert.h>

#include "base/ascii.h"

bool
span_eq(struct span a, struct span b)
{
	assert((a.at || a.len == 0) && (b.at || b.len == 0));
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* Does not use strncasecmp(3), which stops at a NUL. */
bool
span_eq_case(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
			return false;
	return true;
}

bool
span_starts(struct span s, struct span prefix)
{
	return span_eq(span_first(s, prefix.len), prefix);
}

bool
span_starts_case(struct span s, struct span prefix)
{
	return span_eq_case(span_first(s, prefix.len), prefix);
}

bool
span_ends_case(struct span s, struct span suffix)
{
	return s.len >= suffix.len && span_eq_case(span_skip(s, s.len - suffix.len), suffix);
}

unsigned
span_hash(struct span s)
{
	unsigned hash = 2166136261u;

	for (size_t i = 0; i < s.len; i++)
		hash = (hash ^ (unsigned char)s.at[i]) * 16777619u;
	return hash;
}

bool
span_has(struct span s, char c)
{
	return s.len > 0 && memchr(s.at, c, s.len) != NULL;
}

struct span
span_skip(struct span s, size_t n)
{
	if (n >= s.len)
		return (struct span){ s.at ? s.at + s.len : NULL, 0 };
	return (struct span){ s.at + n, s.len - n };
}

struct span
span_first(struct span s, size_t n)
{
	return (struct span){ s.at, n < s.len ? n : s.len };
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && is_blank(s.at[0]))
		s = span_skip(s, 1);
	while (s.len > 0 && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

struct span
span_trim_end(struct span s, const char *these)
{
	while (s.len > 0 && s.at[s.len - 1] && strchr(these, s.at[s.len - 1]))
		s.len--;
	return s;
}

struct span
span_find(struct span s, struct span needle)
{
	if (s.len == 0 || needle.len == 0)
		return SPAN_NONE;
	assert(s.at && needle.at);

	const char *hit = memmem(s.at, s.len, needle.at, needle.len);
	return hit ? span_skip(s, (size_t)(hit - s.at)) : SPAN_NONE;
}

struct span
span_find_case(struct span s, struct span needle)
{
	for (; s.len >= needle.len && needle.len > 0; s = span_skip(s, 1))
		if (span_starts_case(s, needle))
			return s;
	return SPAN_NONE;
}

struct span
span_word(struct span *rest)
{
	struct span s = *rest;
	while (s.len > 0 && is_blank(s.at[0]))
		s = span_skip(s, 1);

	size_t n = 0;
	while (n < s.len && !is_blank(s.at[n]))
		n++;

	struct span word = span_first(s, n);
	s = span_skip(s, n);
	while (s.len > 0 && is_blank(s.at[0]))
		s = span_skip(s, 1);
	*rest = s;
	return word;
}

struct span
span_until(struct span *rest, char mark)
{
	const char *hit = rest->len ? memchr(rest->at, mark, rest->len) : NULL;
	size_t n = hit ? (size_t)(hit - rest->at) : rest->len;
	struct span before = span_first(*rest, n);

	*rest = span_skip(*rest, hit ? n + 1 : n);
	return before;
}

bool
span_line(struct span *rest, struct span *line)
{
	if (rest->len == 0)
		return false;

	*line = span_until(rest, '\n');
	if (line->len > 0 && line->at[line->len - 1] == '\r')
		line->len--;
	return true;
}

bool
span_number(struct span s, unsigned long long max, unsigned long long *out)
{
	unsigned long long n = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_is_digit(s.at[i]))
			return false;
		unsigned digit = (unsigned)(s.at[i] - '0');
		if (n > (max - digit) / 10 && (n > max / 10 || n * 10 > max - digit))
			return false;
		n = n * 10 + digit;
	}
	if (n > max)
		return false;
	*out = n;
	return true;
}
