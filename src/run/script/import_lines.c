/* import - lines of logs made plain: escape sequences, backspaces, Python literals. */
#include "run/script/import_priv.h"

bool
import_is_reply(struct span s)
{
	if (s.len < 3 || s.at[0] < '2' || s.at[0] > '5')
		return false;
	for (size_t i = 1; i < 3; i++)
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
	return s.len == 3 || s.at[3] == ' ' || s.at[3] == '-';
}

/* ESC [ … letter, ESC ] … BEL, or ESC and one octet: how long it is. */
static size_t
escape_length(struct span s)
{
	size_t i = 2;

	if (s.len < 2)
		return s.len;
	if (s.at[1] == '[') {
		while (i < s.len && (s.at[i] < '@' || s.at[i] > '~'))
			i++;
		return i < s.len ? i + 1 : i;
	}
	if (s.at[1] == ']') {
		while (i < s.len && s.at[i] != '\a')
			i++;
		return i < s.len ? i + 1 : i;
	}
	return 2;
}

struct span
import_clean(struct arena *arena, struct span s, bool terminal)
{
	char *out = arena_get(arena, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c == '\033')
			i += escape_length(span_skip(s, i)) - 1;
		else if (terminal && (c == '\b' || c == 0x7F))
			n -= n > 0;
		else if (c != '\r' && c != '\f' && (c != '\a' || !terminal))
			out[n++] = (char)c;
	}
	return (struct span){ out, n };
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t
put_utf8(char *out, unsigned long c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	out[0] = (char)(0xE0 | (c >> 12 & 0x0F));
	out[1] = (char)(0x80 | (c >> 6 & 0x3F));
	out[2] = (char)(0x80 | (c & 0x3F));
	return 3;
}

/* The escape behind a backslash: how many octets of `s` it takes; its value is appended to out. */
static size_t
python_escape(struct span s, bool octets, char *out, size_t *n)
{
	static const char names[] = "nrtabfv\\'\"", values[] = "\n\r\t\a\b\f\v\\'\"";
	const char *name = s.at[0] ? strchr(names, s.at[0]) : NULL;
	size_t digits = s.at[0] == 'x' ? 2 : s.at[0] == 'u' && !octets ? 4 : 0;
	unsigned long c = 0;

	if (name) {
		out[(*n)++] = values[name - names];
		return 1;
	}
	for (size_t i = 1; i <= digits; i++) {
		if (i >= s.len || hex(s.at[i]) < 0) {
			digits = 0;
			break;
		}
		c = c << 4 | (unsigned long)hex(s.at[i]);
	}
	if (digits == 0) {
		out[(*n)++] = '\\';
		return 0;
	}
	if (octets)
		out[(*n)++] = (char)c;
	else
		*n += put_utf8(out + *n, c);
	return digits + 1;
}

struct span
import_python(struct arena *arena, struct span s)
{
	bool octets = s.len > 0 && s.at[0] == 'b';
	char *out = arena_get(arena, s.len + 4);
	size_t n = 0;

	s = span_skip(s, octets);
	if (s.len == 0 || (s.at[0] != '\'' && s.at[0] != '"'))
		return SPAN_NONE;
	char quote = s.at[0];
	for (size_t i = 1; i < s.len && s.at[i] != quote; i++)
		if (s.at[i] == '\\' && i + 1 < s.len)
			i += python_escape(span_skip(s, i + 1), octets, out, &n);
		else
			out[n++] = s.at[i];
	return (struct span){ out, n };
}
