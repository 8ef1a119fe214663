/*
 * import - the formats that cannot be learned: dialogues marked C: and S: as in RFCs, whose lines
 * may continue on the next line, and captured terminals, where neither side has a marker.
 */
#include "run/script/import_priv.h"

#include "base/base64.h"
#include "base/text.h"

static bool
starts_with_any(struct span line, const char *const list[])
{
	for (size_t i = 0; list[i]; i++)
		if (span_starts(line, span_of(list[i])))
			return true;
	return false;
}

bool
import_has(struct span log, const struct import_row *row)
{
	log = span_first(log, 64 << 10);
	for (size_t i = 0; row->sign[i]; i++)
		if (span_find(log, span_of(row->sign[i])).len > 0)
			return true;
	return false;
}

/* ---- documents */

static bool
is_furniture(struct span s)
{
	return (span_starts(s, SPAN("RFC ")) && s.len > 8) ||
	    (s.len > 0 && s.at[s.len - 1] == ']' && span_find(s, SPAN("[Page ")).len > 0);
}

/*
 * Returns whether a text is a stage direction: "<waits for connection>", "... TLS negotiation
 * proceeds".
 */
static bool
is_direction(struct span s)
{
	return span_starts(s, SPAN("... ")) ||
	    (s.len > 0 && s.at[0] == '<' && s.at[s.len - 1] == '>');
}

static void
rfc_mark(struct import *im, enum import_side side, struct span text)
{
	import_end(im);
	bool data = side == IMPORT_CLIENT && (im->mode == IMPORT_TEXT || im->mode == IMPORT_CHUNK);
	if (is_direction(text) && !data)
		return;
	im->last_side = side;
	im->gathers = true;
	buf_append(&im->pending, text);
}

/* A line without a mark continues the last one, which may end with a "\". */
static void
rfc_goes_on(struct import *im, struct span text)
{
	struct span before = buf_span(&im->pending);
	bool joins = im->mode == IMPORT_ANSWERS || span_starts_case(before, SPAN("AUTH "));

	if (span_ends_case(before, SPAN(" \\")))
		im->pending.tail -= 2;
	buf_printf(&im->pending, "%s%.*s", joins ? "" : " ", SPAN_ARG(text));
}

static void
rfc_line(struct import *im, struct span line)
{
	const struct import_row *row = im->form->row;
	struct span text = span_trim(line), marked = line;

	while (marked.len > 0 && (marked.at[0] == ' ' || marked.at[0] == '\t'))
		marked = span_skip(marked, 1);
	for (int side = 0; side < 2; side++) {
		struct span mark = span_of(side == IMPORT_CLIENT ? row->client : row->server);
		if (!span_starts(marked, mark))
			continue;
		marked = span_skip(marked, mark.len);
		marked = span_skip(marked, marked.len > 0 && marked.at[0] == ' ');
		/* Trailing spaces come from pasting, except in a message. */
		rfc_mark(im, side,
		    im->mode == IMPORT_TEXT || im->mode == IMPORT_CHUNK ? marked :
									  span_trim(marked));
		return;
	}
	if (text.len == 0 || is_furniture(text))
		return;
	if (!im->gathers || buf_span(&im->pending).len == 0 || line.at[0] != ' ')
		import_left_out(im, line);
	else if (is_direction(text))
		import_end(im); /* the lines below continue it */
	else
		rfc_goes_on(im, text);
}

/* ---- terminals: no markers on either side */

static const char *const telnet_noise[] = {
	"Trying ",
	"Connected to ",
	"Escape character is ",
	"Connection closed by foreign host",
	"Connection to ",
	"telnet> ",
	"Script started",
	"Script done",
	"Ncat: ",
	"DEBUG",
	NULL,
};

static const char *const openssl_noise[] = {
	"CONNECTED(",
	"---",
	"depth=",
	"verify ",
	"verify return",
	"DONE",
	"closed",
	"RENEGOTIATING",
	"KEYUPDATE",
	"Connecting to ",
	"read:errno=",
	"poll error",
	"Certificate chain",
	NULL,
};

/*
 * A line like a reply right after the 354 is either the first line of the message, or the reply to
 * a message that the log does not show. The line after it decides: a command means the latter.
 * Returns true when `next` was taken (a blank line).
 */
static bool
settle_first_line(struct import *im, struct span next)
{
	struct buf taken = im->first_line;
	struct span line = buf_span(&taken);

	if (line.len == 0)
		return false;
	if (next.len == 0) {
		im->blanks++;
		return true;
	}
	im->first_line = (struct buf){ .max = IMPORT_LINE_MAX };
	if (verb_of(next, NULL) != VERB_OTHER) {
		import_server(im, line);
	} else {
		import_client(im, line);
		for (unsigned i = 0; i < im->blanks; i++)
			import_client(im, SPAN_NONE);
	}
	buf_release(&taken);
	return false;
}

static bool
is_hello(struct span line)
{
	struct span name;
	enum verb verb = verb_of(line, &name);

	return (verb == VERB_EHLO || verb == VERB_HELO || verb == VERB_LHLO) && name.len > 0 &&
	    !span_has(name, ' ');
}

void
import_bare_line(struct import *im, struct span line)
{
	if (settle_first_line(im, line))
		return;
	/* A single word after a 334 is a response to it. */
	bool answer = im->mode == IMPORT_ANSWERS && !im->reply_open && line.len > 3 &&
	    line.at[3] != '-' && !span_has(line, ' ');

	if (import_is_reply(line) && im->mode != IMPORT_TEXT && !answer) {
		import_server(im, line);
	} else if (import_is_reply(line) && im->mode == IMPORT_TEXT && im->text_lines == 0 &&
	    line.len > 4) {
		buf_append(&im->first_line, line);
		im->blanks = 0;
	} else if (!im->begun && !im->ended && is_hello(line)) {
		import_client(im, line); /* the greeting is not shown */
		im->begun = true;
	} else if (!im->begun || im->ended || (line.len == 0 && im->mode != IMPORT_TEXT)) {
		import_left_out(im, line);
	} else if ((im->mode == IMPORT_COMMANDS && verb_of(line, NULL) == VERB_OTHER) ||
	    (im->mode == IMPORT_ANSWERS && !span_starts(line, SPAN("*")) && !base64_is(line))) {
		import_doubt(im, line);
	} else {
		import_client(im, line);
	}
}

void
import_bare_end(struct import *im)
{
	struct buf taken = im->first_line;

	im->first_line = (struct buf){ .max = IMPORT_LINE_MAX };
	if (buf_span(&taken).len > 0)
		import_server(im, buf_span(&taken));
	buf_release(&taken);
}

static void
telnet_line(struct import *im, struct span line)
{
	if (im->mode == IMPORT_TEXT || !starts_with_any(line, telnet_noise)) {
		import_bare_line(im, line);
		return;
	}
	if (span_starts(line, SPAN("Connected to ")))
		import_connection(im);
	if (im->begun && !im->ended && import_hides_auth(line))
		import_comment(im, arena_string(&im->arena, span_first(line, 200)));
	else
		import_left_out(im, line);
}

/*
 * s_client sends EHLO and STARTTLS without showing them. A terminal then shows the last line of the
 * first EHLO's reply, a pipe not even that.
 */
static void
openssl_line(struct import *im, struct span line)
{
	if (span_starts(line, SPAN("CONNECTED(")))
		import_connection(im);
	if (span_starts(line, SPAN("Post-Handshake"))) {
		/* the "---" before it was not part of the message */
		if (im->mode == IMPORT_TEXT && im->noise_follows)
			import_take_back(im, "");
		im->noise = true;
	}
	im->noise_follows = span_eq(line, SPAN("---"));
	bool block = span_starts(line, SPAN("read R BLOCK"));
	if (block)
		im->noise = false;
	if (im->noise || block) {
		import_left_out(im, line);
		return;
	}
	if (im->mode == IMPORT_TEXT) {
		import_bare_line(im, line);
		return;
	}
	/* s_client took the line above for a command of its own, and did not send it. */
	if ((span_starts(line, SPAN("RENEGOTIATING")) || span_starts(line, SPAN("KEYUPDATE"))) &&
	    im->last_side == IMPORT_CLIENT)
		import_take_back(im, "openssl s_client took this line as its own R or K command");
	if (starts_with_any(line, openssl_noise)) {
		import_left_out(im, line);
		return;
	}
	bool reply = import_is_reply(line);
	if (!im->begun &&
	    (reply ? span_starts(line, SPAN("250")) : verb_of(line, NULL) != VERB_OTHER)) {
		import_comment(
		    im, "openssl s_client sent EHLO and STARTTLS here; its log does not show them");
		import_put(im, "/starttls");
		im->begun = true;
		im->banner = false;
		if (reply)
			return;
	}
	if (!im->begun && reply)
		import_comment(im, "openssl s_client used implicit TLS: replay against smtps://");
	import_bare_line(im, line);
}

static const char *const openssl_signs[] = { "CONNECTED(0", "openssl s_client", NULL };
static const char *const sender_signs[] = { "R: ", NULL };
static const char *const arrows_signs[] = { "<<< ", NULL };

const struct import_row import_rows[] = {
	{ .name = "marks", .help = "a program whose markers were learned from the log" },
	{ "sender", "RFCs that write S: for the sender and R: for the receiver",
	    .sign = sender_signs, .line = rfc_line, .client = "S:", .server = "R:" },
	{ "arrows", "RFCs that write >>> and <<<", .sign = arrows_signs, .line = rfc_line,
	    .client = ">>>", .server = "<<<" },
	{ "rfc", "RFCs and MailKit: C: and S:", .line = rfc_line, .client = "C:", .server = "S:" },
	{ "openssl", "openssl s_client, captured", .sign = openssl_signs, .terminal = true,
	    .line = openssl_line },
	{ "telnet", "telnet, nc, script(1) or a program that marks neither side", .terminal = true,
	    .line = telnet_line },
	{ .name = NULL },
};
