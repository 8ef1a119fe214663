/* reply - parses replies. */
#include "smtp/reply.h"

#include "base/ascii.h"
#include "base/text.h"

/*
 * RFC 5321 4.2:
 *
 *	Reply-line  = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
 *	Reply-code  = %x32-35 %x30-35 %x30-39
 *
 * This accepts any three digits, and within a reply also lines without a code.
 */
static bool
line_code(struct span line, unsigned *code)
{
	if (line.len < 3)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (!ascii_is_digit(line.at[i]))
			return false;
	if (line.len > 3 && ascii_is_digit(line.at[3]))
		return false;
	*code = (unsigned)(line.at[0] - '0') * 100 + (unsigned)(line.at[1] - '0') * 10 +
	    (unsigned)(line.at[2] - '0');
	return true;
}

/* Whether a reply ends with this line, its nth from 0. */
static bool
line_ends_reply(struct span line, size_t nth)
{
	unsigned code;

	if (!line_code(line, &code))
		return nth == 0;
	return line.len == 3 || line.at[3] != '-';
}

static struct span
without_line_end(struct span line)
{
	if (line.len > 0 && line.at[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

size_t
reply_scan(struct reply_scan *scan, struct span in)
{
	while (scan->seen < in.len) {
		const char *lf = memchr(in.at + scan->seen, '\n', in.len - scan->seen);
		if (!lf) {
			scan->seen = in.len;
			return 0;
		}
		size_t end = (size_t)(lf - in.at) + 1;
		struct span line = { in.at + scan->line, end - scan->line };
		bool last = line_ends_reply(without_line_end(line), scan->nlines);

		scan->line = scan->seen = end;
		scan->nlines++;
		if (last)
			return end;
	}
	return 0;
}

static unsigned
octet_flaws(struct span text)
{
	unsigned flaws = 0;
	bool high = false;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if (c == '\r')
			flaws |= REPLY_BARE_CR;
		else if (c == 0)
			flaws |= REPLY_NUL;
		else if ((c < ' ' && c != '\t') || c == 0x7F)
			flaws |= REPLY_CONTROL;
		high |= c > 0x7F;
	}
	if (high && !text_is_utf8(text))
		flaws |= REPLY_EIGHT_BIT;
	return flaws;
}

/* Reads a line without its line ending; returns its text. */
static struct span
read_line(struct span line, struct reply *out, bool *has_code)
{
	unsigned code;
	struct span text = line;

	out->flaws |= octet_flaws(line);
	if (line.len + 2 > 512)
		out->flaws |= REPLY_LONG_LINE;
	if (!line_code(line, &code)) {
		out->flaws |= REPLY_NO_CODE;
		return text;
	}
	if (line.len > 3 && line.at[3] != ' ' && line.at[3] != '-')
		out->flaws |= REPLY_BAD_SEPARATOR;
	if (code < 200 || code > 599)
		out->flaws |= REPLY_BAD_CODE;
	if (*has_code && code != out->code)
		out->flaws |= code / 100 == out->code / 100 ? REPLY_CODES_DIFFER : REPLY_MIXED;
	if (!*has_code)
		out->code = code;
	*has_code = true;
	return span_skip(text, 4);
}

static void
read_status(struct reply *out)
{
	size_t len;

	out->status = status_parse(out->line[0], &len);
	if (out->status.class != 0 && out->status.class != out->code / 100)
		out->flaws |= REPLY_CLASS_DIFFERS;
}

size_t
reply_parse(struct span in, struct arena *arena, struct reply *out)
{
	struct reply_scan scan = { 0 };
	size_t end = reply_scan(&scan, in);
	bool has_code = false;

	if (end == 0)
		return 0;

	struct span rest = span_first(in, end);
	*out = (struct reply){ .raw = rest };
	out->line = ARENA_ARRAY(arena, struct span, scan.nlines);
	while (rest.len > 0) {
		struct span line = span_until(&rest, '\n');
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		else
			out->flaws |= REPLY_BARE_LF;
		out->line[out->nlines++] = read_line(line, out, &has_code);
	}
	read_status(out);
	return end;
}

const struct reply_flaw_info *
reply_flaw_next(unsigned *flaws)
{
	static const struct reply_flaw_info info[] = {
#define X(name, bit, word, text, rfc) { REPLY_##name, word, text, rfc },
		REPLY_FLAWS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof info / sizeof *info; i++)
		if (*flaws & info[i].flaw) {
			*flaws &= ~(unsigned)info[i].flaw;
			return &info[i];
		}
	return NULL;
}
