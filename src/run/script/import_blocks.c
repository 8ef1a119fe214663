/*
 * import - logs in blocks: a header line says who sent the lines below it, up to the next header
 * (socat -v, ngrep, tcpflow, Apple Mail's connection log). Each line below gets a prefix that says
 * who sent it; which of the two is the client is learned as in any other log.
 */
#include "run/script/import_priv.h"

#include "base/ascii.h"

/*
 * Returns the length of `form` when the text begins with it, where '9' is any digit; 0: it does
 * not.
 */
static size_t
looks_like(struct span s, const char *form)
{
	size_t n = 0;

	for (; form[n]; n++)
		if (n == s.len || (form[n] == '9' ? !ascii_is_digit(s.at[n]) : s.at[n] != form[n]))
			return 0;
	return n;
}

/* "> 2025/02/03 10:00:00.123456  length=18 from=0 to=17" */
static bool
socat_header(struct import_blocks *b, struct span line, struct span *text)
{
	struct span rest = span_skip(line, 2);

	if (line.len < 2 || (line.at[0] != '<' && line.at[0] != '>') || line.at[1] != ' ' ||
	    !looks_like(rest, "9999/99/99 99:99:99.") || span_find(rest, SPAN(" length=")).len == 0)
		return false;
	b->side = line.at[0] == '<';
	b->rows = true;
	*text = SPAN_NONE;
	return true;
}

/*
 * "Follow: tcp,ascii" of tshark; then, before each block, how many octets it has, with a tab before
 * the number for those of Node 1
 */
static bool
tshark_header(struct import_blocks *b, struct span line, struct span *text)
{
	unsigned long long n;

	*text = SPAN_NONE;
	if (span_starts(line, SPAN("Follow: ")) && span_ends_case(line, SPAN(",ascii"))) {
		b->follow = true;
		b->side = -1;
		return true;
	}
	bool second = line.len > 0 && line.at[0] == '\t';
	if (!b->follow || !span_number(span_skip(line, second), ~0ull >> 1, &n))
		return false;
	b->side = second;
	return true;
}

/* "WROTE Feb 03 10:00:00.123 [kCFStream…] -- host:mx.example -- port:587 -- socket:0x6" */
static bool
apple_header(struct import_blocks *b, struct span line, struct span *text)
{
	static const char *const words[] = { "READ ", "WROTE ", "INITIATING ", "CONNECTED ",
		"DISCONNECTED ", "LOG " };
	static const int sides[] = { 1, 0, -1, -1, -1, -1 };

	if (span_find(line, SPAN("host:")).len == 0 || span_find(line, SPAN(" -- port:")).len == 0)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_starts(line, span_of(words[i]))) {
			b->side = sides[i];
			*text = SPAN_NONE;
			return true;
		}
	return false;
}

/* Returns the side of this sender: 0 for the first one seen, 1 for any other. */
static int
side_of(struct import_blocks *b, struct span from)
{
	if (b->first[0] == '\0' && from.len < sizeof b->first) {
		memcpy(b->first, from.at, from.len);
		b->first[from.len] = '\0';
	}
	return !span_eq(from, span_of(b->first));
}

/* "T 192.0.2.7:51234 -> 192.0.2.9:25 [AP] #3"; "T 2025/02/03 10:00:00.1 192.0.2.7:51234 -> …" */
static bool
ngrep_header(struct import_blocks *b, struct span line, struct span *text)
{
	struct span arrow = span_find(line, SPAN(" -> ")), from, word;

	if (!span_starts(line, SPAN("T ")) || arrow.len == 0 ||
	    span_find(arrow, SPAN(" [")).len == 0)
		return false;
	from = span_first(line, line.len - arrow.len);
	while ((word = span_word(&from)).len > 0 && from.len > 0)
		;
	if (!span_has(word, ':'))
		return false;
	b->side = side_of(b, word);
	b->dots = true;
	*text = SPAN_NONE;
	return true;
}

/* "192.000.002.007.51234-192.000.002.009.00025: EHLO …" */
static bool
tcpflow_header(struct import_blocks *b, struct span line, struct span *text)
{
	static const char form[] = "999.999.999.999.99999-999.999.999.999.99999: ";
	size_t n = looks_like(line, form);

	if (n == 0)
		return false;
	b->side = side_of(b, span_first(line, 21));
	*text = span_skip(line, n);
	return true;
}

/*
 * "12:00:00.1 IP 192.0.2.7.51234 > 192.0.2.9.25: Flags [P.], … length 18: SMTP: EHLO …" of tcpdump.
 * It is read like any other line. The output of -A and -X below it is ignored, since it begins with
 * the packet's headers.
 */
static bool
is_packet(struct span line)
{
	return span_find(line, SPAN(": Flags [")).len > 0 &&
	    span_find(line, SPAN(", length ")).len > 0 && span_find(line, SPAN(" > ")).len > 0;
}

/* Appends a row of octets of socat -x. Returns false when the line is not a row. */
static bool
put_row(struct import_blocks *b, struct span line, struct buf *out)
{
	char octets[IMPORT_ROW];
	size_t n = b->rows && span_starts(line, SPAN(" ")) ? import_row_octets(line, octets) : 0;

	for (size_t i = 0; i < n; i++) {
		if (!b->open)
			buf_append(out, span_of(import_sides[b->side]));
		b->open = octets[i] != '\n';
		if (octets[i] != '\r' && octets[i] != '\0')
			buf_append(out, (struct span){ octets + i, 1 });
	}
	return n > 0;
}

static void
put(struct import_blocks *b, struct span line, struct buf *out)
{
	struct span row;

	if (put_row(b, line, out) || (b->rows && span_eq(line, SPAN("--"))))
		return;
	for (; b->blanks > 0; b->blanks--)
		buf_printf(out, "%s\n", import_sides[b->side]);
	/* ngrep shows CR and LF as dots: at the end of its lines, or within them */
	if (b->dots && span_starts(line, SPAN("  ")) && span_ends_case(line, SPAN("..")))
		for (line = span_skip(line, 2); line.len > 0;) {
			struct span end = span_find(line, SPAN(".."));
			row = span_eq(line, SPAN("...")) ? SPAN(".") :
							   span_first(line, line.len - end.len);
			buf_printf(out, "%s%.*s\n", import_sides[b->side], SPAN_ARG(row));
			line = span_skip(line, row.len + 2);
		}
	else
		buf_printf(out, "%s%.*s\n", import_sides[b->side],
		    SPAN_ARG(span_first(line,
			line.len - (b->dots && line.len > 0 && line.at[line.len - 1] == '.'))));
}

bool
import_blocks_take(struct import_blocks *b, struct span line, struct buf *out)
{
	static bool (*const header[])(struct import_blocks *, struct span, struct span *) = {
		socat_header, tshark_header, apple_header, ngrep_header, tcpflow_header
	};
	struct span text;

	if (is_packet(line)) {
		b->inside = true;
		b->side = -1;
		return false;
	}
	for (size_t i = 0; i < sizeof header / sizeof *header; i++) {
		if (!header[i](b, line, &text))
			continue;
		b->blanks = 0; /* the blank line that separates two blocks */
		if (b->open)
			buf_append(out, SPAN("\n"));
		b->open = false;
		b->inside = true;
		if (text.len > 0)
			put(b, text, out);
		return true;
	}
	if (!b->inside)
		return false;
	/* ngrep draws a "#" for each packet */
	bool packets = b->dots && line.len > 0;
	for (size_t i = 0; packets && i < line.len; i++)
		packets = line.at[i] == '#';
	if (line.len == 0)
		b->blanks++;
	else if (b->side >= 0 && !packets)
		put(b, line, out);
	return true;
}
