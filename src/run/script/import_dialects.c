/* import - the dialects, a row each: how a tool marks what the client and the server say. */
#include "run/script/import_priv.h"

#include "base/base64.h"

/* The text behind any of these; SPAN_NONE: none stands there. */
static bool
after_mark(struct span line, const char *mark, bool inside, struct span *text)
{
	struct span want = span_of(mark);

	if (!inside && !span_starts(line, want))
		return false;
	struct span hit = inside ? span_find(line, want) : line;
	*text = span_skip(hit, want.len);
	return hit.len > 0;
}

static bool
starts_with_any(struct span line, const char *const list[])
{
	for (size_t i = 0; list[i]; i++)
		if (span_starts(line, span_of(list[i])))
			return true;
	return false;
}

/* ---- RFC pastes */

static bool
is_furniture(struct span s)
{
	return (span_starts(s, SPAN("RFC ")) && s.len > 8) ||
	    (s.len > 0 && s.at[s.len - 1] == ']' && span_find(s, SPAN("[Page ")).len > 0);
}

/* "<waits for connection>", "... TLS negotiation proceeds" */
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

/* A line without a mark goes on where the last one ended, with a "\" there or without. */
static void
rfc_goes_on(struct import *im, struct span text)
{
	struct span before = buf_span(&im->pending);
	bool joins = im->mode == IMPORT_ANSWERS || span_starts_case(before, SPAN("AUTH "));

	if (span_ends_case(before, SPAN(" \\")))
		im->pending.tail -= 2;
	buf_printf(&im->pending, "%s%.*s", joins ? "" : " ", SPAN_ARG(text));
}

static bool
rfc_line(struct import *im, struct span line)
{
	struct span text = span_trim(line), marked = line;

	while (marked.len > 0 && (marked.at[0] == ' ' || marked.at[0] == '\t'))
		marked = span_skip(marked, 1);
	for (const struct import_mark *m = im->dialect->mark; m->text; m++) {
		struct span mark = span_trim(span_of(m->text));
		if (!span_starts(marked, mark))
			continue;
		marked = span_skip(marked, mark.len);
		marked = span_skip(marked, marked.len > 0 && marked.at[0] == ' ');
		/* Blanks at a line's end are the paste's, but for a message's. */
		rfc_mark(im, m->side,
		    im->mode == IMPORT_TEXT || im->mode == IMPORT_CHUNK ? marked :
									  span_trim(marked));
		return true;
	}
	if (text.len == 0 || is_furniture(text) || !im->gathers ||
	    buf_span(&im->pending).len == 0 || line.at[0] != ' ')
		return true;
	if (is_direction(text))
		import_end(im);		/* what stands below goes on with it */
	else
		rfc_goes_on(im, text);
	return true;
}

/* ---- curl -v: "* …", "> …", "< …", "} [5 bytes data]", and a progress meter before any of them */

static bool
curl_line(struct import *im, struct span line)
{
	if (span_find(line, SPAN("* Connected to ")).len > 0)
		import_connection(im);
	/* "100    13    0     0  100    13      0   3250 --:--:-- --:--:-- --:--:--  4333> RSET" */
	struct span meter = span_find(line, SPAN("--:--"));
	if (meter.len == 0)
		return false;
	for (size_t i = 0; i + 1 < meter.len; i++)
		if ((meter.at[i] == '>' || meter.at[i] == '<') && meter.at[i + 1] == ' ') {
			struct span text = span_skip(meter, i + 2);
			if (meter.at[i] == '>')
				import_client(im, text);
			else
				import_server(im, text);
			return true;
		}
	return true;
}

/* ---- swaks */

static bool
swaks_line(struct import *im, struct span line)
{
	if (span_starts(line, SPAN("=== Connected to ")))
		import_connection(im);
	if (span_starts(line, SPAN("*** ")))
		import_comment(im, arena_string(&im->arena, span_first(line, 200)));
	return false;
}

/* ---- terminals: both sides bare */

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

static void
bare_line(struct import *im, struct span line)
{
	bool reply = import_is_reply(line) && im->mode != IMPORT_TEXT &&
	    !(im->mode == IMPORT_ANSWERS && im->last_side == IMPORT_SERVER && !im->reply_open &&
		(line.len == 3 || line.at[3] == '-' ? false : !span_has(line, ' ')));

	bool goes = im->begun && !im->ended && (line.len > 0 || im->mode == IMPORT_TEXT);
	if (reply) {
		import_settle(im, true);
		import_server(im, line);
	} else if (goes && im->mode == IMPORT_COMMANDS && verb_of(line, NULL) == VERB_OTHER) {
		import_doubt(im, line);
	} else if (goes && im->mode == IMPORT_ANSWERS && !span_eq(line, SPAN("*")) &&
	    line.at[0] != '*' && !base64_is(line)) {
		import_doubt(im, line);
	} else if (goes) {
		import_settle(im, false);
		import_client(im, line);
	}
}

static bool
telnet_line(struct import *im, struct span line)
{
	if (im->mode == IMPORT_TEXT || !starts_with_any(line, telnet_noise)) {
		bare_line(im, line);
		return true;
	}
	if (span_starts(line, SPAN("Connected to ")))
		import_connection(im);
	return true;
}

/*
 * s_client says EHLO and STARTTLS unseen; a terminal then shows the last line of the first EHLO's
 * reply, a pipe not even that.
 */
static bool
openssl_line(struct import *im, struct span line)
{
	if (im->mode == IMPORT_TEXT) {
		bare_line(im, line);
		return true;
	}
	if (span_starts(line, SPAN("CONNECTED(")))
		import_connection(im);
	if (span_starts(line, SPAN("Post-Handshake")))
		im->noise = true;
	if (span_starts(line, SPAN("read R BLOCK")))
		im->noise = false;
	if (im->noise || span_starts(line, SPAN("read R BLOCK")) ||
	    starts_with_any(line, openssl_noise))
		return true;
	bool reply = import_is_reply(line);
	if (!im->begun &&
	    (reply ? span_starts(line, SPAN("250")) : verb_of(line, NULL) != VERB_OTHER)) {
		import_comment(
		    im, "openssl s_client said EHLO and STARTTLS here; its log does not show them");
		import_put(im, "/starttls");
		im->begun = true;
		if (reply)
			return true;
	}
	if (!im->begun && reply)
		import_comment(im, "openssl s_client began with TLS: replay against smtps://");
	bare_line(im, line);
	return true;
}

/* ---- Exim: a reply goes on in lines that are indented */

static bool
exim_line(struct import *im, struct span line)
{
	struct span text = span_trim(line);

	if (span_find(line, SPAN("SMTP>> writing message")).len > 0)
		return true;
	if (span_starts(text, SPAN("Connecting to ")))
		import_connection(im);
	if (im->last_side != IMPORT_SERVER || !im->reply_open || !span_starts(line, SPAN("    ")) ||
	    !import_is_reply(text))
		return false;
	import_server(im, text);
	return true;
}

/* ---- sendmail -v: ">>> " and bare replies, "050 " before them in its daemon's voice */

static bool
sendmail_line(struct import *im, struct span line)
{
	if (span_find(line, SPAN("... Connecting to ")).len > 0)
		import_connection(im);
	if (span_starts(line, SPAN("050 ")))
		line = span_skip(line, 4);
	if (!span_starts(line, SPAN(">>> ")) && import_is_reply(line)) {
		import_server(im, line);
		return true;
	}
	return false;
}

/* ---- Python's smtplib: what was said stands as a literal, '…' or b'…' */

static int
hex_digit(char c)
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
		if (i >= s.len || hex_digit(s.at[i]) < 0) {
			digits = 0;
			break;
		}
		c = c << 4 | (unsigned long)hex_digit(s.at[i]);
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

static struct span
python_value(struct arena *arena, struct span s)
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

static void
python_lines(struct import *im, struct span text, enum import_side side)
{
	struct span line;

	while (span_line(&text, &line))
		if (side == IMPORT_CLIENT)
			import_client(im, line);
		else
			import_server(im, line);
}

static bool
python_line(struct import *im, struct span line)
{
	struct span text;

	if (after_mark(line, "connect: (", false, &text) ||
	    after_mark(line, "connect: to (", false, &text))
		import_connection(im);
	else if (after_mark(line, "send: ", false, &text))
		python_lines(im, python_value(&im->arena, text), IMPORT_CLIENT);
	else if (after_mark(line, "reply: b'", false, &text) ||
	    after_mark(line, "reply: b\"", false, &text) ||
	    after_mark(line, "reply: '", false, &text))
		python_lines(im, python_value(&im->arena, span_skip(line, 7)), IMPORT_SERVER);
	return true;
}

/* ---- PHPMailer: the lines of a reply may be glued to each other */

static void
phpmailer_reply(struct import *im, struct span reply)
{
	for (size_t i = 4; reply.len > 4 && reply.at[3] == '-' && i + 3 < reply.len; i++)
		if (memcmp(reply.at + i, reply.at, 3) == 0 &&
		    (reply.at[i + 3] == '-' || reply.at[i + 3] == ' ')) {
			import_server(im, span_first(reply, i));
			reply = span_skip(reply, i);
			i = 3;
		}
	import_server(im, reply);
}

static bool
phpmailer_line(struct import *im, struct span line)
{
	static const char *const clients[] = {
		"CLIENT -> SERVER: ", "CLIENT -&gt; SERVER: ", "CLIENT -> SERVER:", NULL
	};
	static const char *const servers[] = {
		"SERVER -> CLIENT: ", "SERVER -&gt; CLIENT: ", NULL
	};
	struct span text;

	if (span_ends_case(line, SPAN("<br>")))
		line.len -= 4;
	for (size_t i = 0; servers[i]; i++)
		if (after_mark(line, servers[i], true, &text)) {
			im->noise = false;
			phpmailer_reply(im, text);
			return true;
		}
	for (size_t i = 0; clients[i]; i++)
		if (after_mark(line, clients[i], true, &text)) {
			import_client(im, text);
			return true;
		}
	/*
	 * A reply goes on in lines without a mark, behind blanks and whatever a collector put
	 * before them.
	 */
	for (size_t i = 0; im->reply_open && i + 3 < line.len; i++) {
		struct span rest = span_skip(line, i);
		bool begins = i == 0 || line.at[i - 1] == ' ' || line.at[i - 1] == '\t';
		if (begins && span_starts(rest, span_of(im->code)) && import_is_reply(rest)) {
			import_server(im, rest);
			break;
		}
	}
	return true;
}

/* ---- nodemailer: the message's lines stand behind the prefix alone, and its dot is not shown */

static bool
nodemailer_line(struct import *im, struct span line)
{
	struct span text = span_find(span_find(line, SPAN("DEBUG [")), SPAN("]")),
		    mark = span_trim(span_first(text, 5));

	if (im->mode != IMPORT_TEXT || text.len == 0 || span_eq(mark, SPAN("] S:")) ||
	    span_eq(mark, SPAN("] C:")))
		return false;
	text = span_skip(text, 1);
	import_client(im, span_skip(text, text.len > 0 && text.at[0] == ' '));
	return true;
}

#define C(text)		{ IMPORT_CLIENT, text, false }
#define S(text)		{ IMPORT_SERVER, text, false }
#define C_IN(text)	{ IMPORT_CLIENT, text, true }
#define S_IN(text)	{ IMPORT_SERVER, text, true }

const struct import_dialect import_dialects[] = {
	{ "swaks", "swaks",
	    { C(" -> "), C(" ~> "), C("**> "), C("*~> "), S("<-  "), S("<~  "), S("<** "),
		S("<~* ") },
	    .line = swaks_line },
	{ "exim", "Exim -v or -d",
	    { C_IN("SMTP>> "), C_IN("SMTP|> "), C_IN("SMTP>| "), C_IN("SMTP+> "), S_IN("SMTP<< ") },
	    .hides_text = true, .line = exim_line },
	{ "python", "Python's smtplib", { C("send: "), S("reply: b"), S("reply: '") },
	    .line = python_line },
	{ "phpmailer", "PHPMailer",
	    { C_IN("CLIENT -> SERVER:"), S_IN("SERVER -> CLIENT:"), C_IN("CLIENT -&gt; SERVER:"),
		S_IN("SERVER -&gt; CLIENT:") },
	    .line = phpmailer_line },
	{ "msmtp", "msmtp -d", { C("--> "), S("<-- ") }, .hides_text = true },
	{ "sendmail", "sendmail -v", { C(">>> ") }, .hides_text = true, .bare_server = true,
	    .line = sendmail_line },
	{ "postfix-notice", "Postfix's protocol error notice", { C(" In:  "), S(" Out: ") },
	    .hides_text = true, .symmetric = true },
	{ "postfix", "Postfix -v in the log", { C_IN("]: < "), S_IN("]: > ") }, .hides_text = true,
	    .symmetric = true, .names_peer = true },
	{ "curl", "curl -v", { C("> "), S("< ") }, .hides_text = true, .line = curl_line },
	{ "nodemailer", "nodemailer, with \"C:\" and \"S:\" behind a prefix",
	    { C_IN("] C: "), S_IN("] S: ") }, .hides_text = true, .hides_dot = true,
	    .line = nodemailer_line },
	{ "sender", "RFCs that write S: for the sender and R: for the receiver",
	    { C("S: "), S("R: ") }, .sign = "R: ", .indented = true, .line = rfc_line },
	{ "arrows", "RFCs that write >>> and <<<", { C(">>> "), S("<<< ") }, .sign = "<<< ",
	    .indented = true, .line = rfc_line },
	{ "rfc", "RFCs and MailKit: C: and S:", { C("C: "), S("S: ") }, .indented = true,
	    .line = rfc_line },
	{ "openssl", "openssl s_client, captured", { { 0 } }, .sign = "CONNECTED(",
	    .terminal = true, .line = openssl_line },
	{ "telnet", "telnet, nc or script(1), captured", { { 0 } }, .terminal = true,
	    .line = telnet_line },
	{ .name = NULL },
};
