/* values - the types of typed placeholders: finds and makes their values. */
#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/port.h"
#include "base/text.h"
#include "net/addr.h"
#include "run/message/compose.h"
#include "run/script/text.h"

static const char *const type_words[] = {
	[TYPE_NONE] = "",
#define X(name, word) [TYPE_##name] = word,
	VALUE_TYPES(X)
#undef X
};

enum value_type
value_type_of(struct span word)
{
	for (size_t i = 1; i < sizeof type_words / sizeof *type_words; i++)
		if (span_eq(word, span_of(type_words[i])))
			return (enum value_type)i;
	return TYPE_NONE;
}

const char *
value_type_word(enum value_type type)
{
	assert((size_t)type < sizeof type_words / sizeof *type_words);
	return type_words[type];
}

/* ---- the length of a value */

enum { DIGIT = 1, HEX = 2, UPPER_HEX = 4, ALPHA = 8, B64 = 16, NAME = 32, BLANK = 64 };

static unsigned
kinds_of(char c)
{
	unsigned k = 0;

	if (ascii_is_digit(c))
		k |= DIGIT | HEX | UPPER_HEX | B64 | NAME;
	if ((c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'))
		k |= HEX | (c <= 'F' ? UPPER_HEX : 0);
	if (ascii_is_letter(c))
		k |= ALPHA | B64 | NAME;
	if (c == '+' || c == '/')
		k |= B64;
	if (c == '-' || c == '.' || c == '_')
		k |= NAME;
	if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
		k |= BLANK;
	return k;
}

/* Returns how many octets at the front are of these kinds or, with `negated`, of none of them. */
static size_t
run_of(struct span s, unsigned kinds, bool negated)
{
	size_t n = 0;

	while (n < s.len && ((kinds_of(s.at[n]) & kinds) != 0) != negated)
		n++;
	return n;
}

/*
 * Matches a shape with the front of the text: 9 is a digit, h hex, H uppercase hex, w a letter or
 * digit, A a letter; "+" after them means one or more, {N} exactly N; everything else stands for
 * itself. Returns how much it takes; 0: it does not match.
 */
static size_t
shape(struct span text, const char *form)
{
	static const struct {
		char mark;
		unsigned kinds;
	} marks[] = {
		{ '9', DIGIT },
		{ 'h', HEX },
		{ 'H', UPPER_HEX },
		{ 'w', DIGIT | ALPHA },
		{ 'A', ALPHA },
	};
	size_t n = 0;

	for (const char *f = form; *f; f++) {
		unsigned kinds = 0, least = 1, most = 1;
		for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
			if (*f == marks[i].mark)
				kinds = marks[i].kinds;
		if (kinds == 0) {
			if (n >= text.len || text.at[n++] != *f)
				return 0;
			continue;
		}
		if (f[1] == '+')
			f++, most = 1000;
		else if (f[1] == '{')
			for (least = 0, f += 2; *f != '}'; f++)
				least = most = least * 10 + (unsigned)(*f - '0');
		size_t got = run_of(span_first(span_skip(text, n), most), kinds, false);
		if (got < least)
			return 0;
		n += got;
	}
	return n;
}

static bool
ends_word(struct span text, size_t n)
{
	return n >= text.len || !(kinds_of(text.at[n]) & (DIGIT | ALPHA));
}

static size_t
longest(struct span text, const char *const forms[])
{
	size_t most = 0;

	for (size_t i = 0; forms[i]; i++) {
		size_t n = shape(text, forms[i]);
		if (n > most && ends_word(text, n))
			most = n;
	}
	return most;
}

/*
 * A queue ID has any form: letters, digits and what servers put between them, but not the
 * punctuation at its end.
 */
static size_t
queueid_length(struct span text)
{
	size_t n = 0;

	while (
	    n < text.len && ((kinds_of(text.at[n]) & (B64 | NAME)) || strchr("=@~$", text.at[n])))
		n++;
	while (n > 0 && strchr(".@~$", text.at[n - 1]))
		n--;
	return run_of(span_first(text, n), DIGIT | ALPHA, true) < n ? n : 0;
}

static size_t
ip_length(struct span text)
{
	struct addr a;
	size_t bracket = text.len > 0 && text.at[0] == '[', n = bracket, quad;
	bool v6;

	if (span_starts_case(span_skip(text, n), SPAN("IPv6:")))
		n += 5;
	size_t from = n;
	while (n < text.len &&
	    ((kinds_of(text.at[n]) & HEX) || text.at[n] == '.' || text.at[n] == ':'))
		n++;
	if ((quad = shape(span_skip(text, from), "9+.9+.9+.9+")) > 0 && from + quad < n &&
	    text.at[from + quad] == ':')
		n = from + quad; /* without the port */
	while (n > from &&
	    (text.at[n - 1] == '.' ||
		(text.at[n - 1] == ':' && n - from > 1 && text.at[n - 2] != ':')))
		n--;
	struct span host = span_skip(span_first(text, n), from);
	v6 = span_has(host, ':');
	if ((!v6 && !shape(host, "9+.9+.9+.9+")) || !addr_parse(&a, host, 0))
		return 0;
	if (bracket)
		return n < text.len && text.at[n] == ']' ? n + 1 : 0;
	return ends_word(text, n) ? n : 0;
}

static size_t
msgid_length(struct span text)
{
	size_t n = 1;
	bool at = false;

	if (text.len < 3 || text.at[0] != '<')
		return 0;
	while (n < text.len && text.at[n] != '>' && text.at[n] != '<' &&
	    !(kinds_of(text.at[n]) & BLANK))
		at |= text.at[n++] == '@';
	return at && n < text.len && text.at[n] == '>' ? n + 1 : 0;
}

/*
 * Dates as in RFC 5322, with and without the day and the zone; as of ctime(3); as in ISO 8601; with
 * slashes or dots; a time of day alone.
 */
static size_t
date_length(struct span text)
{
	static const char *const forms[] = {
		"A{3}, 9+ A{3} 9{4} 9{2}:9{2}:9{2} +9{4}",
		"A{3}, 9+ A{3} 9{4} 9{2}:9{2}:9{2} -9{4}",
		"A{3}, 9+ A{3} 9{4} 9{2}:9{2}:9{2} A{3}",
		"A{3}, 9+ A{3} 9{4} 9{2}:9{2}:9{2} A{4}",
		"A{3}, 9+ A{3} 9{4} 9{2}:9{2}:9{2}",
		"A{3}, 9+ A{3} 9{4} 9{2}:9{2}",
		"A{3}, 9+-A{3}-9{4} 9{2}:9{2}:9{2}",
		"9+ A{3} 9{4} 9{2}:9{2}:9{2} +9{4}",
		"9+ A{3} 9{4} 9{2}:9{2}:9{2} -9{4}",
		"9+ A{3} 9{4} 9{2}:9{2}:9{2}",
		"9+-A{3}-9{4} 9{2}:9{2}:9{2}",
		"A{3} A{3} 9+ 9{2}:9{2}:9{2} 9{4}",
		"A{3} A{3}  9+ 9{2}:9{2}:9{2} 9{4}",
		"A{3} A{3} 9+ 9{2}:9{2}:9{2} A{3} 9{4}",
		"A{3} A{3}  9+ 9{2}:9{2}:9{2} A{3} 9{4}",
		"9{4}-9{2}-9{2}A9{2}:9{2}:9{2}",
		"9{4}-9{2}-9{2}A9{2}:9{2}:9{2}A",
		"9{4}-9{2}-9{2}A9{2}:9{2}:9{2}.9+",
		"9{4}-9{2}-9{2}A9{2}:9{2}:9{2}.9+A",
		"9{4}-9{2}-9{2}A9{2}:9{2}:9{2}+9{2}:9{2}",
		"9{4}-9{2}-9{2}A9{2}:9{2}:9{2}-9{2}:9{2}",
		"9{4}-9{2}-9{2}A9{2}:9{2}:9{2}.9++9{2}:9{2}",
		"9{4}-9{2}-9{2}A9{2}:9{2}:9{2}.9+-9{2}:9{2}",
		"9{4}-9{2}-9{2} 9{2}:9{2}:9{2}",
		"9{4}-9{2}-9{2} 9{2}:9{2}:9{2}.9+",
		"9{4}-9{2}-9{2}",
		"9{4}/9{2}/9{2} 9{2}:9{2}:9{2}",
		"9{4}/9{2}/9{2}",
		"9+/9+/9{4} 9+:9{2}:9{2} A{2}",
		"9+/9+/9{4} 9+:9{2}:9{2}",
		"9+/9+/9{4}",
		"9+.9+.9{4} 9{2}:9{2}:9{2}",
		"9{2}:9{2}:9{2}",
		NULL,
	};
	size_t n = longest(text, forms);

	if (n > 0 && span_starts(span_skip(text, n), SPAN(" (")))	/* "(UTC)" */
		n += 2 + shape(span_skip(text, n + 2), "A+)");
	return n;
}

size_t
value_length(enum value_type type, struct span text)
{
	size_t n;

	switch (type) {
	case TYPE_NONE:
		return 0;
	case TYPE_ANY: case TYPE_REST:
		return text.len;
	case TYPE_WORD:
		return run_of(text, BLANK, true);
	case TYPE_INT:
		return run_of(text, DIGIT, false);
	case TYPE_HOST:
		n = run_of(text, NAME, false);
		while (n > 0 && text.at[n - 1] == '.')
			n--;
		return n ? n : ip_length(text);
	case TYPE_IP:
		return ip_length(text);
	case TYPE_ENH:
		n = shape(text, "9.9+.9+");
		return n <= 9 ? n : 0;
	case TYPE_QUEUEID:
		return queueid_length(text);
	case TYPE_MSGID:
		return msgid_length(text);
	case TYPE_DATE:
		return date_length(text);
	case TYPE_B64:
		n = run_of(text, B64, false);
		while (n < text.len && text.at[n] == '=')
			n++;
		return base64_is(span_first(text, n)) ? n : 0;
	case TYPE_UUID:
		return shape(text, "h{8}-h{4}-h{4}-h{4}-h{12}");
	}
	return 0;
}

/* ---- making a value */

static struct span
random_of(struct arena *arena, const char *alphabet, size_t n)
{
	unsigned char octets[64];
	char *out = arena_get(arena, n + 1);
	size_t letters = strlen(alphabet);

	if (!port_random(octets, sizeof octets))
		memset(octets, 7, sizeof octets);
	for (size_t i = 0; i < n; i++)
		out[i] = alphabet[octets[i % sizeof octets] % letters];
	return (struct span){ out, n };
}

static struct span
make_uuid(struct arena *arena)
{
	unsigned char b[16] = { 0 };
	char hex[2 * sizeof b + 1];

	if (!port_random(b, sizeof b))
		b[0] = 7;
	b[6] = (b[6] & 0x0F) | 0x40;		/* RFC 9562: version 4 */
	b[8] = (b[8] & 0x3F) | 0x80;
	text_hex(hex, (struct span){ (const char *)b, sizeof b });
	return arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
	    hex + 20);
}

struct span
value_make(enum value_type type, struct arena *arena)
{
	switch (type) {
	case TYPE_HOST:
		return SPAN("mock.example");
	case TYPE_IP:
		return SPAN("192.0.2.1");
	case TYPE_INT:
		return random_of(arena, "123456789", 6);
	case TYPE_ENH:
		return SPAN("2.0.0");
	case TYPE_QUEUEID:
		return random_of(arena, "0123456789ABCDEF", 10);
	case TYPE_MSGID:
		return arena_printf(arena, "<%.*s@mock.example>", SPAN_ARG(make_uuid(arena)));
	case TYPE_DATE:
		return compose_date(arena);
	case TYPE_B64:
		return base64_encode(arena, random_of(arena, "abcdefghijklmnopqrstuvwxyz", 18));
	case TYPE_UUID:
		return make_uuid(arena);
	case TYPE_WORD:
		return random_of(arena, "abcdefghijklmnopqrstuvwxyz", 8);
	default:
		return SPAN_NONE;
	}
}
