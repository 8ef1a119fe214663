/*
 * import - splits the octets of a log into lines and undoes what happened to it when it was pasted:
 * UTF-16 becomes UTF-8, HTML entities are decoded, terminal control sequences are removed, and so
 * is a progress meter before a line. A dump of octets (curl --trace and --trace-ascii, .NET's
 * trace, Wireshark's Follow Stream) becomes lines with a prefix that says who sent them.
 */
#include "run/script/import_priv.h"

#include "base/ascii.h"
#include "base/text.h"

enum {
	DUMP_MAX = 64 << 10, /* maximum octets of a line in a dump */
};

const char *const import_sides[] = { "first: ", "second: " };

/* Assembles the lines of a dump from its rows. */
struct dump {
	struct buf *out, line[2]; /* line: the unfinished line of each side */
	int side;		  /* which side sent the rows; -1: neither */
	bool ascii;		  /* curl --trace-ascii: the rows are text */
	unsigned long long next;  /* the offset that follows the last row */
	/* data: the rows are a message, as text; broken: one of its lines has ended */
	bool data, broken;
};

/* ---- UTF-16 */

/* Returns 0 when the log is not UTF-16; else 1: big-endian, or 2: little-endian. */
static int
utf16_order(struct span log)
{
	size_t nuls[2] = { 0 }, n = log.len < 512 ? log.len : 512;

	if (span_starts(log, SPAN("\xFF\xFE")))
		return 2;
	if (span_starts(log, SPAN("\xFE\xFF")))
		return 1;
	for (size_t i = 0; i < n; i++)
		nuls[i % 2] += log.at[i] == '\0';
	return n < 8 ? 0 : nuls[1] > n * 2 / 5 ? 2 : nuls[0] > n * 2 / 5 ? 1 : 0;
}

static void
put_utf16(struct span s, int order, struct buf *out)
{
	char text[3];

	for (size_t i = 0; i + 1 < s.len; i += 2) {
		unsigned high = (unsigned char)s.at[i + (order == 2)];
		unsigned c = high << 8 | (unsigned char)s.at[i + (order == 1)];
		if (c == 0xFEFF)
			continue;
		if (c >= 0xD800 && c <= 0xDFFF)
			c = '?'; /* no command has characters beyond the first plane */
		size_t n = text_put_char(text, c);
		buf_append(out, (struct span){ text, n });
	}
}

/* ---- HTML */

static const struct {
	struct span entity;
	const char *text;
} entities[] = {
	{ SPAN_INIT("&lt;"), "<" },
	{ SPAN_INIT("&gt;"), ">" },
	{ SPAN_INIT("&amp;"), "&" },
	{ SPAN_INIT("&quot;"), "\"" },
	{ SPAN_INIT("&apos;"), "'" },
	{ SPAN_INIT("&#39;"), "'" },
	{ SPAN_INIT("&#039;"), "'" },
	{ SPAN_INIT("&#x27;"), "'" },
	{ SPAN_INIT("&#34;"), "\"" },
	{ SPAN_INIT("&#60;"), "<" },
	{ SPAN_INIT("&#62;"), ">" },
	{ SPAN_INIT("&nbsp;"), " " },
};

/* Returns the length of the tag that `s` begins with; 0: none. */
static size_t
tag_length(struct span s)
{
	static const char *const names[] = { "br", "pre", "code", "p", "div", "span", "tt", "b",
		"samp", "font", "td", "tr" };
	size_t i = 1;

	i += i < s.len && s.at[i] == '/';
	struct span name = span_skip(s, i), end = span_find(span_first(s, 200), SPAN(">"));
	if (end.len == 0)
		return 0;
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		size_t n = strlen(names[k]);
		if (span_starts_case(name, span_of(names[k])) && name.len > n &&
		    (name.at[n] == '>' || name.at[n] == ' ' || name.at[n] == '/'))
			return (size_t)(end.at - s.at) + 1;
	}
	return 0;
}

/* Returns whether a log is HTML: entities are decoded only when each "<" begins a tag. */
static bool
is_html(struct span log)
{
	bool entity = span_find(log, SPAN("&lt;")).len > 0 || span_find(log, SPAN("&gt;")).len > 0;

	for (size_t i = 0; entity && i < log.len; i++) {
		if (log.at[i] != '<')
			continue;
		size_t n = tag_length(span_skip(log, i));
		if (n == 0)
			return false;
		i += n - 1;
	}
	return entity;
}

static struct span
plain_of_html(struct arena *arena, struct span line)
{
	char *out = arena_get(arena, line.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < line.len;) {
		struct span rest = span_skip(line, i);
		size_t taken = rest.at[0] == '<' ? tag_length(rest) : 0;
		if (taken > 2 && span_starts_case(rest, SPAN("<br")) && rest.len > taken)
			out[n++] = '\n';
		for (size_t k = 0;
		     taken == 0 && rest.at[0] == '&' && k < sizeof entities / sizeof *entities; k++)
			if (span_starts(rest, entities[k].entity)) {
				out[n++] = entities[k].text[0];
				taken = entities[k].entity.len;
			}
		if (taken == 0) {
			out[n++] = rest.at[0];
			taken = 1;
		}
		i += taken;
	}
	return (struct span){ out, n };
}

/* ---- terminals */

/* Returns the length of an escape sequence: ESC [ … letter, ESC ] … BEL, or ESC and one octet. */
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

/* Removes ANSI sequences and CR, and applies backspaces. */
static struct span
clean(struct arena *arena, struct span s)
{
	char *out = arena_get(arena, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c == '\033')
			i += escape_length(span_skip(s, i)) - 1;
		else if (c == '\b' || c == 0x7F)
			n -= n > 0;
		else if (c != '\r' && c != '\f' && c != '\a' && c != '\0')
			out[n++] = (char)c;
	}
	/* CR as cat -A, cat -v and socat show it */
	static const char *const shown[] = { "^M$", "^M", "\\r" };
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		if (span_ends_case((struct span){ out, n }, span_of(shown[i]))) {
			n -= strlen(shown[i]);
			break;
		}
	return (struct span){ out, n };
}

/*
 * Skips curl's progress meter:
 * "100    13    0     0  100    13      0   3250 --:--:-- --:--:-- --:--:--  4333> RSET"
 */
static struct span
after_meter(struct span line)
{
	struct span meter = span_find(line, SPAN("--:--"));

	if (meter.len == 0 || !ascii_is_digit(span_trim(line).at[0]))
		return line;
	for (size_t i = 0; i + 1 < meter.len; i++)
		if (strchr("<>*{}", meter.at[i]) && meter.at[i + 1] == ' ')
			return span_skip(meter, i);
	return SPAN_NONE;
}

/* ---- dumps */

/* Returns the value of two hexadecimal digits; -1: they are not. */
static int
hex_value(struct span s)
{
	int high = s.len > 1 ? ascii_hex(s.at[0]) : -1, low = high < 0 ? -1 : ascii_hex(s.at[1]);

	return low < 0 ? -1 : high << 4 | low;
}

/*
 * Takes the hexadecimal offset at the front of a row; *digits is its length. Returns whether it has
 * 4 or 8 digits.
 */
static bool
row_offset(struct span *rest, unsigned long long *offset, size_t *digits)
{
	size_t n = 0;

	*offset = 0;
	for (; n < rest->len && n < 9; n++) {
		int digit = ascii_hex(rest->at[n]);
		if (digit < 0)
			break;
		*offset = *offset << 4 | (unsigned long long)digit;
	}
	*digits = n;
	*rest = span_skip(*rest, n);
	return n == 4 || n == 8;
}

/* Octets are pairs of digits with a space, tab or "-" between them, and end at a wider gap. */
size_t
import_row_octets(struct span s, char out[IMPORT_ROW])
{
	size_t n = 0;

	while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == ':'))
		s = span_skip(s, 1);
	while (n < 16 && hex_value(s) >= 0 &&
	    (s.len == 2 || s.at[2] == ' ' || s.at[2] == '-' || s.at[2] == '\t')) {
		out[n++] = (char)hex_value(s);
		s = span_skip(s, 3);
		if (n == 8 && s.len > 0 && s.at[0] == ' ')
			s = span_skip(s, 1);
	}
	return n;
}

static void
dump_lines(struct dump *d, bool all)
{
	struct buf *b = &d->line[d->side];

	for (;;) {
		struct span octets = buf_span(b), end = span_find(octets, SPAN("\n"));
		struct span line = span_first(octets, octets.len - end.len);
		if (octets.len == 0 || (end.len == 0 && !all && octets.len < DUMP_MAX))
			return;
		size_t taken = line.len + (end.len > 0);
		while (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		buf_append(d->out, span_of(import_sides[d->side]));
		for (size_t i = 0; i < line.len; i++)
			buf_append(d->out,
			    line.at[i] == '\n' || line.at[i] == '\r' || line.at[i] == '\0' ?
				SPAN("?") :
				(struct span){ line.at + i, 1 });
		buf_append(d->out, SPAN("\n"));
		buf_consume(b, taken);
	}
}

/*
 * A message with bare LFs is one long line of dots in --trace-ascii: its content is replaced by its
 * size.
 */
static void
dump_no_lines(struct dump *d)
{
	struct buf *b = &d->line[0];
	size_t n = buf_span(b).len;

	if (d->side != 0 || !d->data || d->broken || n <= 64)
		return;
	buf_consume(b, n);
	buf_printf(b, "<%zu bytes, content not shown>\r\n", n);
	dump_lines(d, false);
}

static void
dump_turn(struct dump *d, int side)
{
	dump_no_lines(d);
	d->data = d->broken = false;
	if (d->side >= 0 && side >= 0 && side != d->side)
		dump_lines(d, true);
	d->side = side;
	d->next = 0;
}

/* Takes a header line, which says who sent the octets that follow. */
static bool
dump_header(struct dump *d, struct span line)
{
	static const struct {
		struct span text;
		int side;
		bool curl;
	} headers[] = {
		{ SPAN_INIT("=> Send SSL data"), -1, true },
		{ SPAN_INIT("<= Recv SSL data"), -1, true },
		{ SPAN_INIT("=> Send "), 0, true },
		{ SPAN_INIT("<= Recv "), 1, true },
		{ SPAN_INIT("== Info: "), -1, true },
		{ SPAN_INIT("::Send"), 0, false },
		{ SPAN_INIT("::Receive"), 1, false },
	};

	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		struct span at = span_find(line, headers[i].text);
		if (at.len == 0 || (headers[i].curl && at.at - line.at > 40) ||
		    (!headers[i].curl && span_find(line, SPAN("Data from ")).len == 0))
			continue;
		dump_turn(d, headers[i].side);
		d->ascii = headers[i].curl;
		d->data = headers[i].curl && span_starts(at, SPAN("=> Send data"));
		return true;
	}
	return false;
}

/*
 * Returns the width of the margin before a row of Wireshark, which indents one side, or of nc -o.
 */
static size_t
row_margin(struct span line)
{
	size_t n = 0;

	if (span_starts(line, SPAN("< ")) || span_starts(line, SPAN("> ")))
		return 2;
	if (span_starts(line, SPAN("\t"))) /* tshark */
		return 1;
	while (n < line.len && line.at[n] == ' ')
		n++;
	return n == 4 ? 4 : 0;
}

/* Takes a row after a header, or, with `streams`, one of Wireshark or nc. */
static bool
dump_row(struct dump *d, struct span line, bool streams)
{
	char octets[IMPORT_ROW];
	unsigned long long offset;
	size_t digits, n = 0;
	struct span rest = line, colon = SPAN_NONE;

	/* .NET's rows follow "System.Net.Sockets Verbose: 0 : [5272] " */
	if (!d->ascii && !streams)
		for (struct span s = line; s.len > 0; s = span_skip(s, 1))
			if (span_starts(s, SPAN("] 0"))) {
				rest = span_skip(s, 2);
				break;
			}
	size_t margin = streams ? row_margin(line) : (size_t)(rest.at - line.at);
	bool arrows = streams && margin == 2; /* nc -o */
	rest = streams ? span_skip(rest, margin) : rest;
	if (!row_offset(&rest, &offset, &digits) || (streams && digits != 8))
		return false;
	if (streams) {
		if (!span_starts(rest, arrows ? SPAN(" ") : SPAN("  ")))
			return false;
		dump_turn(d, arrows ? line.at[0] == '<' : margin > 0);
	}
	if (d->side < 0)
		return d->ascii;
	colon = span_find(rest, SPAN(":"));
	if (d->ascii && colon.at != rest.at)
		return false;
	n = import_row_octets(rest, octets);
	struct span text = span_skip(rest, 2);
	/* in curl's hexadecimal format, an incomplete row is padded, and the text follows */
	bool is_text = d->ascii && (n == 0 || text.len < 48 || text.len > 48 + n);
	struct span taken = is_text ? text : (struct span){ octets, n };
	if (!is_text && n == 0)
		return false;
	/* In text, a row is a line, or a part of one that is longer than a row. */
	d->broken |= is_text && offset > 0 && offset != d->next;
	d->data &= is_text;
	if (is_text && offset > 0 && offset != d->next && buf_span(&d->line[d->side]).len > 0)
		buf_append(&d->line[d->side], SPAN("\r\n"));
	buf_append(&d->line[d->side], taken);
	if (is_text && taken.len < 64 && (!d->data || d->broken || offset == 0))
		buf_append(&d->line[d->side], SPAN("\r\n"));
	d->next = offset + taken.len;
	dump_lines(d, false);
	return true;
}

/*
 * Returns whether the log is a dump of a stream by Wireshark or nc: rows, and hardly anything else.
 */
static bool
is_stream(struct span log)
{
	struct span line;
	unsigned rows = 0, lines = 0;
	bool follows = false;

	while (lines < 200 && span_line(&log, &line)) {
		follows |= span_starts(line, SPAN("Follow: ")) &&
		    span_ends_case(line, SPAN(",hex")); /* tshark */
		char octets[IMPORT_ROW];
		unsigned long long offset;
		size_t digits;
		struct span rest = line;
		size_t margin = row_margin(line);
		rest = span_skip(rest, margin);
		lines += rest.len > 0;
		rows += row_offset(&rest, &offset, &digits) && digits == 8 &&
		    span_starts(rest, margin == 2 ? SPAN(" ") : SPAN("  ")) &&
		    import_row_octets(rest, octets) > 0;
	}
	return rows > 2 && (rows * 10 >= lines * 9 || follows);
}

void
import_read(struct span log, struct buf *out)
{
	struct buf decoded = { .max = 2 * (size_t)IMPORT_LOG_MAX };
	struct arena arena = { 0 };
	struct span line;
	int order = utf16_order(log);
	size_t room;

	if (order) {
		put_utf16(log, order, &decoded);
		log = buf_span(&decoded);
	}
	if (span_starts(log, SPAN("\xEF\xBB\xBF")))
		log = span_skip(log, 3);
	bool html = is_html(log), streams = is_stream(log);
	/* reserve it all at once, to avoid fragmentation */
	buf_reserve(out, log.len + 1, &room);
	struct dump d = { .out = out,
		.side = -1,
		.line = {
		    { .max = DUMP_MAX + IMPORT_ROW * 4 }, { .max = DUMP_MAX + IMPORT_ROW * 4 } } };
	struct import_blocks blocks = { 0 };
	bool dumps = false;
	while (span_line(&log, &line)) {
		line = span_first(line, IMPORT_LINE_MAX);
		if (html)
			line = plain_of_html(&arena, line);
		line = after_meter(clean(&arena, line));
		bool header = !streams && dump_header(&d, line);
		dumps |= header;
		bool row = header || ((dumps || streams) && dump_row(&d, line, streams));
		if (!row && !import_blocks_take(&blocks, line, out)) {
			buf_append(out, line);
			buf_append(out, SPAN("\n"));
		}
		arena_reset(&arena);
	}
	for (int side = 0; (dumps || streams) && side < 2; side++) {
		d.side = side;
		dump_no_lines(&d);
		dump_lines(&d, true);
	}
	buf_release(&d.line[0]);
	buf_release(&d.line[1]);
	buf_release(&decoded);
	arena_wipe(&arena);
}
