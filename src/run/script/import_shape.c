/*
 * import - shapes. A shape is the prefix of a line with what varies from line to line (times,
 * numbers, session IDs, the spaces that pad them) left open. It is a string; most of its octets
 * stand for themselves, those below for what varies. It is matched from left to right without
 * backtracking: an open part takes as much as it can, and is never followed by another of its kind.
 */
#include "run/script/import_priv.h"

#include "base/ascii.h"
#include "base/text.h"

enum {
	ANY_WORD = 1,	/* letters, digits and "_" */
	ANY_BLANKS = 2, /* one space or tab, or more */
	MARGIN = 3,	/* any number of spaces and tabs, or none */
	QUOTE = 4,	/* an opening quotation mark, optionally with Python's b before it */
	FIELD = 5,	/* begins a field of comma-separated values, quoted or not */
};

static bool
is_word(char c)
{
	return ascii_is_alnum(c) || c == '_';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_quote(char c)
{
	return c == '\'' || c == '"' || c == '`';
}

/* Returns whether a word varies: it has a digit, is part of a date, or is one of `ids`. */
static bool
varies(struct span word, const struct import_names *ids)
{
	static const char *const dates[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "AM",
		"PM" };

	/* c2s and s2c are markers */
	if (word.len == 3 && word.at[0] > '9' && word.at[1] == '2' && word.at[2] > '9')
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (ascii_is_digit(word.at[i]))
			return true;
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
		if (span_eq_case(word, span_of(dates[i])))
			return true;
	for (unsigned i = 0; ids && i < ids->n; i++)
		if (span_eq(word, ids->name[i]))
			return true;
	return false;
}

struct span
import_word_at(struct span s, size_t i)
{
	size_t n = i;

	while (n < s.len && is_word(s.at[n]))
		n++;
	return (struct span){ s.at + i, n - i };
}

bool
import_shape(struct span text, const struct import_names *ids, char out[IMPORT_SHAPE_MAX])
{
	size_t n = 0, i = 0;
	int end = 0;

	/* The prefix ends with what opens the text: b'…', or a field. */
	if (text.len > 0 && is_quote(text.at[text.len - 1])) {
		end = QUOTE;
		text.len--;
		bool prefix = text.len > 0 && strchr("bBuU", text.at[text.len - 1]) &&
		    (text.len == 1 || !is_word(text.at[text.len - 2]));
		text.len -= prefix;
	}
	if (text.len > 0 && text.at[text.len - 1] == ',')
		end = FIELD;
	while (i < text.len) {
		if (n + 4 > IMPORT_SHAPE_MAX || (unsigned char)text.at[i] <= FIELD)
			return false;
		struct span word = import_word_at(text, i);
		size_t blanks = i;
		while (blanks < text.len && is_blank(text.at[blanks]))
			blanks++;
		if (word.len > 0 && varies(word, ids)) {
			if (n == 0)
				out[n++] = MARGIN;
			out[n++] = ANY_WORD;
			i += word.len;
		} else if (word.len > 0) {
			if (n + word.len + 4 > IMPORT_SHAPE_MAX)
				return false;
			memcpy(out + n, word.at, word.len);
			n += word.len;
			i += word.len;
		} else if (blanks > i && blanks < text.len &&
		    ((n > 0 && out[n - 1] == ANY_WORD) ||
			varies(import_word_at(text, blanks), ids))) {
			out[n] = n == 0 ? MARGIN : ANY_BLANKS;
			n++;
			i = blanks;
		} else {
			out[n++] = text.at[i++];
		}
		/* "   12": there is a margin already */
		if (n == 3 && out[0] == MARGIN && out[1] == MARGIN) {
			out[1] = out[2];
			n--;
		}
	}
	if (end)
		out[n++] = (char)end;
	out[n] = '\0';
	return true;
}

/* Returns whether only spaces are left of the shape, which pasting removes at the end of a line. */
static bool
only_blanks(const char *shape)
{
	while (*shape && is_blank(*shape))
		shape++;
	return *shape == '\0';
}

/* Matches a line with a shape; see import_shape_takes. *word is set to the nth varying word. */
static bool
takes(const char *shape, struct span line, struct span *rest, char *closing, unsigned nth,
    struct span *word)
{
	bool quoted = false;
	size_t i = 0, n;
	unsigned words = 0;

	*closing = '\0';
	for (; *shape; shape++) {
		switch (*shape) {
		case ANY_WORD:
			n = import_word_at(line, i).len;
			if (n == 0)
				return false;
			if (words++ == nth)
				*word = span_first(span_skip(line, i), n);
			i += n;
			break;
		case ANY_BLANKS:
		case MARGIN:
			n = i;
			while (i < line.len && is_blank(line.at[i]))
				i++;
			if (i == n && *shape == ANY_BLANKS)
				return false;
			break;
		case QUOTE:
			i += i + 1 < line.len && strchr("bBuU", line.at[i]) != NULL &&
			    line.at[i] != '\0';
			if (i == line.len || !is_quote(line.at[i]))
				return false;
			*closing = line.at[i++];
			quoted = false;
			break;
		case FIELD:
			*closing = ',';
			if (i < line.len && line.at[i] == '"') {
				*closing = IMPORT_CLOSES_FIELD;
				i++;
			}
			quoted = false;
			break;
		default:
			if (i == line.len && only_blanks(shape)) {
				*rest = SPAN_NONE;
				return true;
			}
			if (i == line.len || line.at[i] != *shape)
				return false;
			quoted ^= *shape == '"';
			i++;
		}
	}
	/* The text is inside quotation marks that were opened before it: a line in JSON. */
	if (quoted)
		*closing = '"';
	*rest = span_skip(line, i);
	return true;
}

bool
import_shape_takes(const char *shape, struct span line, struct span *rest, char *closing)
{
	struct span none;

	return takes(shape, line, rest, closing, ~0u, &none);
}

bool
import_shape_word(const char *shape, struct span line, unsigned nth, struct span *word)
{
	struct span rest;
	char closing;

	*word = SPAN_NONE;
	return takes(shape, line, &rest, &closing, nth, word) && word->len > 0;
}

/* ---- decoding quoted texts */

/*
 * Decodes the escape after a backslash, as in Python, Ruby, Go and JSON, and appends the result to
 * out. Returns how many octets of `s` it has. The result is never longer than the escape.
 */
static size_t
escape(struct span s, char *out, size_t *n)
{
	static const char names[] = "nrtabfve\\'\"`/", values[] = "\n\r\t\a\b\f\v\033\\'\"`/";
	const char *name = s.at[0] ? strchr(names, s.at[0]) : NULL;
	size_t digits = s.at[0] == 'x' ? 2 : s.at[0] == 'u' ? 4 : 0;
	unsigned c = 0;

	if (name) {
		out[(*n)++] = values[name - names];
		return 1;
	}
	for (size_t i = 1; i <= digits; i++) {
		if (i >= s.len || ascii_hex(s.at[i]) < 0) {
			digits = 0;
			break;
		}
		c = c << 4 | (unsigned)ascii_hex(s.at[i]);
	}
	if (digits == 0) {
		out[(*n)++] = '\\';
		return 0;
	}
	if (digits == 2)
		out[(*n)++] = (char)c;
	else
		*n += text_put_char(out + *n, c);
	return digits + 1;
}

struct span
import_unquote(struct arena *arena, struct span s, char closing)
{
	char *out = arena_get(arena, s.len + 4);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (closing == IMPORT_CLOSES_FIELD && s.at[i] == '"') {
			if (i + 1 == s.len || s.at[i + 1] != '"')
				break;
			out[n++] = s.at[i++];
		} else if (closing != IMPORT_CLOSES_FIELD && s.at[i] == closing) {
			break;
		} else if (s.at[i] == '\\' && i + 1 < s.len && closing != ',' &&
		    closing != IMPORT_CLOSES_FIELD) {
			i += escape(span_skip(s, i + 1), out, &n);
		} else {
			out[n++] = s.at[i];
		}
	}
	return (struct span){ out, n };
}
