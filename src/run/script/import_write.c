/*
 * import - the dialogue: decides which reply answers which command, what belongs to a message, and
 * where a connection ends. It is written as C: and S: lines, with secrets replaced, patterns
 * escaped and what is missing marked, and is judged on the way.
 */
#include "run/script/import_priv.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/text.h"
#include "run/script/varying.h"
#include "smtp/auth.h"
#include "smtp/body.h"
#include "smtp/extension.h"

/*
 * size of the placeholder for a message that the log does not show, which has a header of its own
 */
#define MISSING_TEXT "1000"

enum { MISSING_TEXT_MIN = 512, FILLER_MAX = 4 << 20, FILLER_LINE = 72 };
/* ->owed: the end of data, or a response to AUTH, waits for a reply */
#define OWED_DOT VERB_COUNT

bool
import_is_reply(struct span s)
{
	if (s.len < 3 || s.at[0] < '2' || s.at[0] > '5')
		return false;
	for (size_t i = 1; i < 3; i++)
		if (!ascii_is_digit(s.at[i]))
			return false;
	return s.len == 3 || s.at[3] == ' ' || s.at[3] == '-';
}

/* ---- the script's lines */

static size_t
written(const struct import *im)
{
	return buf_span(&im->out).len;
}

/* Removes everything written after `from`. */
static void
take_away(struct import *im, size_t from)
{
	im->out.tail = im->out.head + from;
}

static void
insert(struct import *im, size_t at, struct span text)
{
	struct span after = arena_copy(&im->arena, span_skip(buf_span(&im->out), at));

	take_away(im, at);
	buf_append(&im->out, text);
	buf_append(&im->out, after);
}

void
import_cut(struct import *im)
{
	take_away(im, im->case_at);
}

void
import_put(struct import *im, const char *line)
{
	buf_printf(&im->out, "%s\n", line);
}

void
import_comment(struct import *im, const char *text)
{
	struct span shown = secrecy_shown(im->secrets, &im->arena, span_of(text));

	shown = text_safe(&im->arena, shown);
	buf_printf(&im->out, "# %.*s\n", SPAN_ARG(shown));
}

/* Cuts the line at a value that is named like a secret: "password = x", "pass 'x'". */
static struct span
without_named_secret(struct arena *arena, struct span line)
{
	static const char *const names[] = { "pass", "pwd", "secret", "token" };

	for (size_t i = 0; i < line.len; i++)
		for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
			size_t n = i;
			bool is = false;
			if (!span_starts_case(span_skip(line, i), span_of(names[k])))
				continue;
			while (n < line.len && ascii_is_letter(line.at[n]))
				n++;
			for (; n < line.len && strchr(" =:'\"", line.at[n]); n++)
				is |= line.at[n] != ' ';
			if (is && n < line.len)
				return arena_printf(
				    arena, "%.*s***", SPAN_ARG(span_first(line, n)));
		}
	return line;
}

/* Returns a line of the log as it may be shown. */
static struct span
shown_line(struct import *im, struct span line)
{
	line = without_named_secret(&im->arena, span_first(line, 200));
	return text_safe(&im->arena, secrecy_shown(im->secrets, &im->arena, line));
}

/* Writes a line of the log as a comment. */
static void
put_aside(struct import *im, const char *what, struct span line)
{
	struct span shown = shown_line(im, line);

	buf_printf(&im->out, "# %s%.*s\n", what, SPAN_ARG(shown));
	im->asides++;
}

void
import_left_out(struct import *im, struct span line)
{
	if (span_trim(line).len > 0 && im->opts && im->opts->left_out)
		im->opts->left_out(im->opts->ctx, shown_line(im, line));
}

static void contradicts(struct import *im, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
contradicts(struct import *im, const char *format, ...)
{
	va_list args;

	if (im->contradiction[0])
		return;
	va_start(args, format);
	vsnprintf(im->contradiction, sizeof im->contradiction, format, args);
	va_end(args);
}

/* ---- client lines */

static bool
is_plain(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (((unsigned char)s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] == 0x7F)
			return false;
	return text_is_utf8(s);
}

/* Escapes "{{", which would begin a placeholder. */
static void
put_escaped(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (span_starts(span_skip(s, i), SPAN("{{"))) {
			buf_append(out, SPAN("\\{{"));
			i++;
		} else {
			buf_append(out, (struct span){ s.at + i, 1 });
		}
	}
}

static void
put_client(struct import *im, struct span line)
{
	line = secrecy_shown(im->secrets, &im->arena, line);
	if (is_plain(line)) {
		buf_append(&im->out, line.len ? SPAN("C: ") : SPAN("C:"));
		put_escaped(&im->out, line);
		buf_append(&im->out, SPAN("\n"));
		return;
	}
	buf_append(&im->out, SPAN("C\\: "));
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.at[i];
		if (c < 0x20 || c > 0x7E || c == '\\' || c == '{')
			buf_printf(&im->out, "\\x%02x", c);
		else
			buf_append(&im->out, (struct span){ line.at + i, 1 });
	}
	buf_append(&im->out, SPAN("\\r\\n\n"));
}

static void
owe(struct import *im, enum verb verb)
{
	if (im->nowed < IMPORT_OWED_MAX)
		im->owed[im->nowed++] = verb;
}

/* ---- the octets of BDAT n: as the log shows them, or a placeholder of their size */

static void
put_filler(struct import *im)
{
	static const char filler[] =
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

	import_comment(im,
	    "the log does not show these octets: a placeholder of the announced size is sent "
	    "instead");
	for (unsigned long long left = im->chunk; left > 0;) {
		unsigned long long n = left > FILLER_LINE ? FILLER_LINE - 2 :
		    left >= 2				  ? left - 2 :
							    0;
		buf_printf(&im->out,
		    left == 1  ? "C\\: x\n" :
			n == 0 ? "C:\n" :
				 "C: %.*s\n",
		    (int)n, filler);
		left -= left == 1 ? 1 : n + 2;
	}
}

static void
chunk_end(struct import *im)
{
	struct span lines = buf_span(&im->chunk_lines), line;

	if (im->mode != IMPORT_CHUNK)
		return;
	im->mode = IMPORT_COMMANDS;
	if (im->chunk_left == 0)
		while (span_line(&lines, &line))
			put_client(im, line);
	else if (im->chunk <= FILLER_MAX)
		put_filler(im);
	buf_release(&im->chunk_lines);
}

static void
chunk_begin(struct import *im, struct span bdat)
{
	unsigned long long n;

	span_word(&bdat);
	if (!span_number(span_word(&bdat), ~0ull >> 1, &n) || n == 0)
		return;
	im->mode = IMPORT_CHUNK;
	im->chunk = im->chunk_left = n;
	im->chunk_lines = (struct buf){ .max = IMPORT_OUT_MAX };
}

static bool
chunk_takes(struct import *im, struct span line)
{
	/* RFC 3030 spells out line endings */
	const struct span end = SPAN("<CR><LF>");

	if (span_ends_case(line, end))
		line = span_first(line, line.len - end.len);
	enum verb verb = verb_of(line, NULL);
	if (line.len + 2 <= im->chunk_left && verb != VERB_BDAT && verb != VERB_QUIT &&
	    verb != VERB_RSET) {
		buf_append(&im->chunk_lines, line);
		buf_append(&im->chunk_lines, SPAN("\n"));
		im->chunk_left -= line.len + 2;
		if (im->chunk_left == 0)
			chunk_end(im);
		return true;
	}
	if (verb != VERB_OTHER)
		chunk_end(im);
	/* any other line is a remark in place of octets that are not shown */
	return verb == VERB_OTHER;
}

/* ---- commands and responses */

static const char *
answer_for(struct import *im, struct span answer)
{
	const struct mechanism *m = mechanism_named(span_of(im->mechanism));
	unsigned n = im->answers++;
	const char *script = m && n < MECHANISM_STEPS ? m->script[n] : NULL;
	struct span response;

	if (span_eq(answer, SPAN("*")))
		return "*";
	if (!script)
		return "{{:b64}}";
	im->needs_user |= strstr(script, " user") != NULL;
	im->needs_password |= strstr(script, " password") != NULL;
	im->needs_token |= strstr(script, " token") != NULL;
	if (im->user[0] == '\0' && base64_decode(&im->arena, answer, &response)) {
		struct span user = auth_user(span_of(m->name), n, response);
		if (user.len < sizeof im->user)
			snprintf(im->user, sizeof im->user, "%.*s", SPAN_ARG(user));
	}
	return script;
}

static void
put_auth(struct import *im, struct span line)
{
	struct span rest = line;

	span_word(&rest);
	struct span mechanism = span_word(&rest);
	im->answers = 0;
	snprintf(im->mechanism, sizeof im->mechanism, "%.*s",
	    SPAN_ARG(span_first(mechanism, sizeof im->mechanism - 1)));
	if (rest.len == 0 || span_eq(rest, SPAN("="))) {
		put_client(im, line);
		return;
	}
	struct span shown = span_first(line, (size_t)(rest.at - line.at));
	buf_append(&im->out, SPAN("C: "));
	put_escaped(&im->out, shown);
	buf_printf(&im->out, "%s\n", answer_for(im, rest));
}

static void
note_size(struct import *im, struct span line)
{
	struct span size = span_find(line, SPAN("SIZE="));

	if (size.len == 0)
		size = span_find(line, SPAN("size="));
	im->size[0] = '\0';
	size = span_skip(size, 5);
	size = span_word(&size);
	unsigned long long n;
	if (span_number(size, 100 << 20, &n) && n >= MISSING_TEXT_MIN)
		snprintf(im->size, sizeof im->size, "%llu", n);
}

static void
said_command(struct import *im, struct span line)
{
	/* A command that ends a group must be answered before the next is sent (RFC 2920 3.1). */
	if (im->nowed > 0 && im->owed[im->nowed - 1] < VERB_COUNT &&
	    verb_info(im->owed[im->nowed - 1])->ends_group) {
		im->unanswered++;
		contradicts(im, "%s was sent before %s was answered",
		    verb_info(verb_of(line, NULL))->name, verb_info(im->owed[im->nowed - 1])->name);
	}
	im->verb = verb_of(line, NULL);
	owe(im, im->verb);
	*(im->verb == VERB_OTHER ? &im->strange : &im->commands) += 1;
	if (im->verb == VERB_EHLO || im->verb == VERB_LHLO || im->verb == VERB_HELO) {
		im->hello_at = written(im);
		im->lmtp = im->verb == VERB_LHLO;
	}
	im->tls_given |= im->verb == VERB_STARTTLS;
	if (im->verb == VERB_AUTH) {
		put_auth(im, line);
		return;
	}
	if (im->verb == VERB_MAIL) {
		note_size(im, line);
		im->rcpts = 0;
	}
	put_client(im, line);
	if (im->verb == VERB_BDAT)
		chunk_begin(im, line);
}

/* ---- the message */

/*
 * Writes a placeholder for a message that the log does not show, of the message's size if that is
 * known.
 */
static void
put_missing_text(struct import *im)
{
	if (im->size[0] == '\0' && im->noted >= MISSING_TEXT_MIN)
		snprintf(im->size, sizeof im->size, "%llu", im->noted);
	import_comment(im,
	    im->size[0] ?
		"the log does not show the message: this is a placeholder of the announced size" :
		"the log shows neither the message nor its size: this is a placeholder");
	buf_printf(&im->out, "/body size=%s\n", im->size[0] ? im->size : MISSING_TEXT);
	im->mode = IMPORT_COMMANDS;
	im->text_lines = 0;
}

/* Returns whether the line is a header field: "Name: value". */
static bool
is_header(struct span line)
{
	size_t n = 0;

	while (n < line.len && line.at[n] > ' ' && line.at[n] < 0x7F && line.at[n] != ':')
		n++;
	return n > 0 && n < line.len && line.at[n] == ':';
}

/*
 * Returns whether the line is a header field that a message may begin with (RFC 5322 3.6). A remark
 * may have a colon, too.
 */
static bool
is_first_field(struct span line)
{
	static const char *const names[] = { "Return-Path", "Received", "From", "Sender",
		"Reply-To", "To", "Cc", "Bcc", "Date", "Message-ID", "In-Reply-To", "References",
		"Subject", "MIME-Version", "DKIM-Signature", "Authentication-Results",
		"Delivered-To", "List-Unsubscribe", "User-Agent" };
	struct span rest = line, name = span_until(&rest, ':');

	if (!is_header(line))
		return false;
	if (span_starts_case(name, SPAN("X-")) || span_starts_case(name, SPAN("Content-")) ||
	    span_starts_case(name, SPAN("ARC-")) || span_starts_case(name, SPAN("Resent-")))
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_eq_case(name, span_of(names[i])))
			return true;
	return false;
}

/* Writes the final dot. In LMTP, a reply for each recipient follows (RFC 2033 4.2). */
static void
text_ends(struct import *im)
{
	put_client(im, BODY_END);
	im->mode = IMPORT_COMMANDS;
	im->messages += im->text_lines > 0;
	for (unsigned i = 0; i < (im->lmtp && im->rcpts > 0 ? im->rcpts : 1); i++)
		owe(im, OWED_DOT);
}

static void
text_line(struct import *im, struct span line, bool marked)
{
	bool shows = im->form->row->terminal; /* a person may have typed an empty message */

	if (body_is_end(line)) {
		if (im->text_lines == 0 && !shows) {
			put_missing_text(im);
			owe(im, OWED_DOT);
			im->body_owed = true;
			return;
		}
		text_ends(im);
		return;
	}
	/* if the message's lines have a marker, the lines before without one were not part of it */
	if (marked && im->text_lines > 0 && !im->text_marked) {
		take_away(im, im->text_at);
		im->text_lines = 0;
	}
	if (im->text_lines++ == 0) {
		im->text_header = is_header(line);
		im->text_marked = marked;
	}
	put_client(im, line);
}

/* Decides whether the unmarked lines after the first line of the message are part of it. */
static void
settle_loose(struct import *im, bool are)
{
	struct buf taken = im->loose;
	struct span lines = buf_span(&taken), line;

	im->loose = (struct buf){ .max = IMPORT_OUT_MAX };
	im->nloose = 0;
	im->text_loose |= are;
	while (span_line(&lines, &line))
		if (are && im->mode == IMPORT_TEXT)
			text_line(im, line, true);
		else
			import_left_out(im, line);
	buf_release(&taken);
}

/*
 * Takes a line without a marker in a message: some programs write one marker before everything that
 * they sent at once. Returns true when the line is, or may be, part of the message.
 */
static bool
loose_line(struct import *im, struct span line)
{
	if (!im->text_marked || !im->text_header || (im->text_lines != 1 && !im->text_loose))
		return false;
	buf_append(&im->loose, line);
	buf_append(&im->loose, SPAN("\n"));
	im->nloose++;
	im->last_side = IMPORT_CLIENT;
	if (im->text_loose || body_is_end(line))
		settle_loose(im, true);
	return true;
}

/* A reply arrives in place of the end of data: decides whether what was read was the message. */
static void
text_is_over(struct import *im)
{
	settle_loose(im, im->nloose > 1);
	bool message = im->text_marked && im->text_lines > !im->text_header;

	if (message) {
		text_ends(im);
		return;
	}
	/*
	 * not the message, but a remark about it: "<1234 bytes>", 'writing message and terminating
	 * "."'
	 */
	struct span lines = span_skip(buf_span(&im->out), im->text_at), line, remark = SPAN_NONE;
	if (span_line(&lines, &line))
		remark = arena_copy(&im->arena, span_skip(line, 3));
	take_away(im, im->text_at);
	if (remark.len > 0)
		import_left_out(im, remark);
	put_missing_text(im);
	owe(im, OWED_DOT);
}

/* ---- lines that may be of neither side */

/* Returns whether the line may have been sent as a command, by a person or a program. */
static bool
is_command_word(struct span line)
{
	struct span word = span_word(&line);

	for (size_t i = 0; i < word.len; i++)
		if (!ascii_is_letter(word.at[i]) && word.at[i] != '-')
			return false;
	return word.len > 1 && word.len <= 20;
}

/*
 * The log hides the command: the reply shows that it was AUTH, and sometimes with which mechanism.
 */
static void
put_hidden_auth(struct import *im, struct span line, const char *code, struct span text)
{
	struct span challenge;
	const char *mech = "PLAIN";

	put_aside(im, "the log hides this line; it was AUTH: ", line);
	if (strcmp(code, "334") == 0 && text.len > 0 &&
	    auth_challenge(&im->arena, text, &challenge))
		mech = span_starts(challenge, SPAN("<")) ? "CRAM-MD5" : "LOGIN";
	if (strcmp(code, "334") == 0) {
		bool asks = strcmp(mech, "LOGIN") != 0 || auth_asks_user(challenge);
		/*
		 * A LOGIN that is asked for the password at once had the user name as initial
		 * response.
		 */
		struct span said = arena_printf(
		    &im->arena, "AUTH %s%s", mech, asks ? "" : " hidden");
		said_command(im, said);
	} else {
		said_command(im, SPAN("AUTH PLAIN hidden"));
	}
}

void
import_settle(struct import *im, const char *code)
{
	struct buf taken = im->doubtful;
	struct span line = buf_span(&taken), mechanism = line;

	if (!im->doubts)
		return;
	im->doubts = false;
	im->doubtful = (struct buf){ .max = IMPORT_LINE_MAX };
	bool waits = code && im->nowed == 0 && im->mode == IMPORT_COMMANDS;
	bool marked = !im->form->row->terminal;
	bool auth = waits && marked &&
	    (strcmp(code, "334") == 0 || strcmp(code, "235") == 0 || strcmp(code, "535") == 0);
	span_word(&mechanism);
	if (auth && !span_starts_case(line, SPAN("X"))) {
		put_hidden_auth(im, line, code, span_skip(buf_span(&im->reply), 4));
	} else if (waits && is_command_word(line) && (code[0] == '5' || marked)) {
		said_command(im, line);
	} else {
		put_aside(im, "", line);
		/* the end of a message without a DATA in the log */
		im->unasked += body_is_end(line);
	}
	buf_release(&taken);
}

void
import_doubt(struct import *im, struct span line)
{
	import_settle(im, NULL);
	im->doubts = true;
	buf_append(&im->doubtful, line);
}

/* ---- replies: the newest line is kept until it is known whether it is the last */

/* Writes the text of a reply with patterns escaped, and [..] where the server repeats a secret. */
static void
put_reply_text(struct import *im, struct span s)
{
	/* of the same length as s */
	struct span shown = secrecy_shown(im->secrets, &im->arena, s);
	char *text = arena_string(&im->arena, s);
	size_t n = s.len, end;

	/*
	 * '\1' is not printable, and thus becomes [..]. A secret between two spaces takes one of
	 * them with it: without the secret there is only one space.
	 */
	for (size_t i = 0; shown.at != s.at && i < s.len; i = end) {
		bool hidden = shown.at[i] != s.at[i];
		for (end = i; end < s.len && (shown.at[end] != s.at[end]) == hidden;)
			end++;
		bool blank = i > 1 && s.at[i - 1] == ' ' && end < s.len && s.at[end] == ' ';
		if (hidden)
			memset(text + i - blank, '\1', end - i + blank);
	}
	while (n > 0 && text[n - 1] == '\1')
		n--;
	bool rest = n < s.len && n > 0 && text[n - 1] == ' ';
	varying_put(&im->out, (struct span){ text, rest ? n : s.len }, NULL);
	if (rest)
		buf_append(&im->out, SPAN("..."));
}

static void
put_reply_line(struct import *im, struct span line, bool last)
{
	struct span text = span_skip(line, 4);

	buf_printf(&im->out, "S: %s%s", im->code, !last ? "-" : line.len > 3 ? " " : "");
	put_reply_text(im, text);
	buf_append(&im->out, SPAN("\n"));
	im->reply_lines++;
}

/*
 * Returns whether the line is an EHLO keyword without the reply code. `glued`: may follow directly.
 */
static bool
is_keyword(struct span line, struct span glued)
{
	struct span word = span_word(&line);

	if (glued.len > 0 && span_ends_case(word, glued))
		word.len -= glued.len;

	return word.len > 1 && extension_info(word) != NULL && !span_has(word, ':');
}

/*
 * Returns where the next line of the reply begins in a line to which several were joined; 0:
 * nowhere. *skip is the length of the separator.
 */
static size_t
glued_at(struct span line, const char *code, size_t *skip)
{
	for (size_t i = 4; i + 3 < line.len; i++) {
		struct span rest = span_skip(line, i);
		if (span_starts(rest, SPAN(" | "))) { /* Wireshark's summary */
			*skip = 3;
			return i;
		}
		/* after a digit, only where an EHLO keyword follows */
		bool after_digit = strchr("0123456789", rest.at[-1]) != NULL;
		if (memcmp(rest.at, code, 3) == 0 && (rest.at[3] == '-' || rest.at[3] == ' ') &&
		    rest.at[-1] != '.' &&
		    (!after_digit ||
			(rest.at[3] == '-' && is_keyword(span_skip(rest, 4), span_of(code))))) {
			*skip = 0;
			return i;
		}
	}
	return 0;
}

const char *const import_line_ends[] = { "\\r\\n", "\\n", "[nl]", "[CRLF]", "<CRLF>", "<CR><LF>",
	"<EOL>", "<br>", "<br />", NULL };

static struct span
without_line_end(struct span s)
{
	for (size_t i = 0; import_line_ends[i]; i++)
		if (span_ends_case(s, span_of(import_line_ends[i])))
			return span_trim(span_first(s, s.len - strlen(import_line_ends[i])));
	return s;
}

static void
put_glued(struct import *im, struct span line)
{
	size_t skip = 0, n;
	bool piped = false;

	while ((n = glued_at(line, im->code, &skip)) > 0) {
		put_reply_line(im, without_line_end(span_first(line, n)), false);
		line = span_skip(line, n + skip);
		piped |= skip > 0;
		if (skip > 0)
			line = arena_printf(&im->arena, "%s-%.*s", im->code, SPAN_ARG(line));
	}
	/* "250-SIZE 5250 HELP": the last line must begin somewhere, even after a digit */
	for (n = line.len; line.len > 4 && line.at[3] == '-' && n-- > 5;)
		if (n + 3 < line.len && memcmp(line.at + n, im->code, 3) == 0 &&
		    line.at[n + 3] == ' ' && line.at[n - 1] != '.') {
			put_reply_line(im, span_first(line, n), false);
			line = span_skip(line, n);
			break;
		}
	line = without_line_end(line);
	bool last = line.len < 4 || line.at[3] != '-' || piped;
	put_reply_line(im, line, last);
	if (!last) {
		/*
		 * the last line is not in the log: close the reply, so that the script can be
		 * parsed
		 */
		buf_printf(&im->out, "S: %s ...\n", im->code);
		im->cut++;
	}
}

/* Returns whether the code can answer the command (RFC 5321 4.3.2, 3207, 4954). */
static bool
fits(const char *code, enum verb verb)
{
	if (code[0] != '2' && code[0] != '3')
		return true;
	if (strcmp(code, "354") == 0)
		return verb == VERB_DATA || verb == VERB_OTHER;
	if (strcmp(code, "334") == 0 || strcmp(code, "235") == 0)
		return verb == VERB_AUTH || verb == OWED_DOT || verb == VERB_OTHER;
	if (strcmp(code, "221") == 0)
		return verb == VERB_QUIT || verb == VERB_OTHER;
	if (strcmp(code, "220") == 0)
		return verb == VERB_STARTTLS || verb == VERB_XCLIENT || verb == VERB_OTHER ||
		    verb == VERB_NOOP;
	return verb != VERB_DATA && verb != VERB_AUTH;
}

static const char *
owed_name(enum verb verb)
{
	return verb == OWED_DOT ? "the end of data" :
	    verb == VERB_OTHER	? "a command" :
				  verb_info(verb)->name;
}

/*
 * After an EHLO that no longer offers STARTTLS: TLS was negotiated although the log does not show
 * it.
 */
static void
after_hello(struct import *im, bool offers_tls)
{
	static const struct span unseen = SPAN_INIT(
	    "# the log does not show STARTTLS here: it was offered before this EHLO, and not after "
	    "it\n/starttls\n");

	if (im->tls_offered && !im->tls_given && !offers_tls)
		insert(im, im->hello_at, unseen);
	im->tls_offered = offers_tls;
	im->tls_given = false;
}

static void
after_reply(struct import *im)
{
	bool first = im->replies++ == 0 || im->banner, good = im->code[0] == '2';
	bool banner = first && im->nowed == 0;
	enum verb verb = VERB_OTHER;

	im->banner = false;
	if (im->nowed > 0) {
		verb = im->owed[0];
		im->nowed--;
		memmove(im->owed, im->owed + 1, im->nowed * sizeof *im->owed);
		im->answered++;
		if (!fits(im->code, verb)) {
			im->misfits++;
			contradicts(im, "%s was answered with %s", owed_name(verb), im->code);
		}
	} else if (!banner && strcmp(im->code, "421") != 0) {
		im->unasked++;
		contradicts(im, "reply %s does not belong to any command", im->code);
	}
	im->mode = IMPORT_COMMANDS;
	if (strcmp(im->code, "334") == 0 &&
	    (verb == VERB_AUTH || verb == OWED_DOT || verb == VERB_OTHER))
		im->mode = IMPORT_ANSWERS;
	if (strcmp(im->code, "354") == 0 && (verb == VERB_DATA || im->nowed == 0)) {
		im->mode = IMPORT_TEXT;
		im->text_at = written(im);
		im->text_lines = 0;
		im->text_header = im->text_loose = false;
		im->noted = 0;
	}
	if (verb == VERB_RCPT)
		im->rcpts += good;
	if (verb == VERB_QUIT && good)
		im->ended = true;
}

/* The line in ->reply is the last one of the reply. */
static void
reply_ends(struct import *im)
{
	struct span line = buf_span(&im->reply);
	bool hello = im->nowed > 0 && (im->owed[0] == VERB_EHLO || im->owed[0] == VERB_LHLO);

	if (!im->reply_begun)
		return;
	im->reply_begun = false;
	if (im->reply_open)
		put_glued(im, line);
	else
		put_reply_line(im, line, true);
	im->reply_open = false;
	buf_consume(&im->reply, line.len);
	if (hello && im->code[0] == '2') {
		struct span text = span_skip(buf_span(&im->out), im->hello_at);
		after_hello(im,
		    span_find(text, SPAN("-STARTTLS")).len > 0 ||
			span_find(text, SPAN(" STARTTLS")).len > 0);
	}
	after_reply(im);
}

/*
 * Takes the client lines that were logged before the reply to /body, which must follow it directly.
 */
static void
release_held(struct import *im)
{
	struct buf taken = im->held;
	struct span lines = buf_span(&taken), line;

	im->held = (struct buf){ .max = IMPORT_OUT_MAX };
	im->body_owed = false;
	while (span_line(&lines, &line))
		import_client(im, line);
	buf_release(&taken);
}

/* Writes what the client must have sent before this reply, but the log does not show. */
static void
before_reply(struct import *im)
{
	if (im->mode == IMPORT_TEXT)
		text_is_over(im);
	if (im->mode != IMPORT_ANSWERS || im->doubts)
		return;
	import_comment(im, "the log does not show the response to this challenge");
	buf_printf(&im->out, "C: %s\n", answer_for(im, SPAN_NONE));
	owe(im, OWED_DOT);
	im->mode = IMPORT_COMMANDS;
}

void
import_server(struct import *im, struct span line)
{
	while (line.len > 0 && (line.at[line.len - 1] == ' ' || line.at[line.len - 1] == '\t'))
		line.len--;
	chunk_end(im);
	if (!import_is_reply(line)) {
		if (line.len > 0 && im->begun && !im->ended)
			put_aside(im, "the server sent something other than a reply: ", line);
		else
			import_left_out(im, line);
		return;
	}
	if (im->reply_begun && im->reply_open && memcmp(line.at, im->code, 3) == 0) {
		put_reply_line(im, buf_span(&im->reply), false);
	} else {
		reply_ends(im);
		if (im->body_owed && im->nowed == 0)
			release_held(im);
		/*
		 * A 220 without a command is a greeting: of another connection, if there was one
		 * before.
		 */
		bool tls = im->nowed > 0 && fits("220", im->owed[0]);
		if (span_starts(line, SPAN("220")) && im->begun && !tls &&
		    (im->ended || im->nowed == 0 || im->owed[0] == VERB_QUIT))
			import_connection(im);
		if (im->ended) {
			/*
			 * the last reply again, or replies of a session that has not ended after
			 * all
			 */
			im->late += memcmp(line.at, im->code, 3) != 0 &&
			    (line.len < 4 || line.at[3] != '-');
			import_left_out(im, line);
			return;
		}
		memcpy(im->code, line.at, 3);
		im->reply_lines = 0;
	}
	buf_consume(&im->reply, buf_span(&im->reply).len);
	buf_append(&im->reply, line);
	if (!im->reply_begun) {
		import_settle(im, im->code);
		before_reply(im);
		im->begun = true;
	}
	im->last_side = IMPORT_SERVER;
	im->reply_begun = true;
	im->reply_open = line.len > 3 && line.at[3] == '-';
	bool hello = im->nowed > 0 && (im->owed[0] == VERB_EHLO || im->owed[0] == VERB_LHLO);
	if (!im->reply_open && !hello) {
		reply_ends(im);
		if (im->body_owed)
			release_held(im);
	}
}

void
import_client(struct import *im, struct span line)
{
	reply_ends(im);
	enum verb verb = verb_of(line, NULL);
	if (im->ended && (verb == VERB_EHLO || verb == VERB_HELO || verb == VERB_LHLO) &&
	    !im->form->row->terminal)
		import_connection(im);
	if (im->ended) {
		import_left_out(im, line);
		return;
	}
	if (im->body_owed) {
		buf_append(&im->held, line);
		buf_append(&im->held, SPAN("\n"));
		return;
	}
	if (im->mode == IMPORT_CHUNK && chunk_takes(im, line))
		return;
	import_settle(im, NULL);
	if (im->mode == IMPORT_TEXT) {
		if (im->nloose > 0)
			settle_loose(im, im->nloose > 1 || line.len == 0 || body_is_end(line));
		im->last_side = IMPORT_CLIENT;
		im->last_at = written(im);
		text_line(im, line, true);
		return;
	}
	if (im->mode == IMPORT_COMMANDS && verb == VERB_OTHER) {
		if (im->begun || is_command_word(line))
			import_doubt(im, line);
		else
			import_left_out(im, line);
		return;
	}
	im->last_side = IMPORT_CLIENT;
	im->last_at = written(im);
	if (im->mode == IMPORT_ANSWERS) {
		buf_printf(&im->out, "C:%s%s\n", line.len ? " " : "",
		    line.len ? answer_for(im, line) : "");
		owe(im, OWED_DOT);
		im->mode = IMPORT_COMMANDS;
		return;
	}
	said_command(im, line);
}

void
import_take_back(struct import *im, const char *why)
{
	struct span rest = span_skip(buf_span(&im->out), im->last_at), line;

	if (im->last_side != IMPORT_CLIENT || !span_line(&rest, &line) || rest.len > 0)
		return;
	line = arena_copy(&im->arena, span_skip(line, 3));
	take_away(im, im->last_at);
	if (im->mode == IMPORT_TEXT) {
		im->text_lines -= im->text_lines > 0;
		return;
	}
	im->nowed -= im->nowed > 0;
	import_comment(im, why);
	put_aside(im, "", line);
	im->last_side = IMPORT_SERVER;
}

/* ---- lines without a marker */

/* Notes a size in a remark: "wrote 411 bytes", "<347 bytes encoded …>", "} [77 bytes data]". */
static void
note_octets(struct import *im, struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		size_t n = 0;
		struct span rest = span_skip(line, i);
		unsigned long long octets;
		while (n < rest.len && n < 10 && ascii_is_digit(rest.at[n]))
			n++;
		if (n == 0)
			continue;
		struct span word = span_skip(rest, n);
		i += n;
		if ((span_starts_case(word, SPAN(" byte")) ||
			span_starts_case(word, SPAN(" octet"))) &&
		    span_number(span_first(rest, n), 100 << 20, &octets) && octets > im->noted)
			im->noted = octets;
	}
}

/*
 * such as "Logging suppressed for this command (it probably contained authentication information)"
 */
bool
import_hides_auth(struct span line)
{
	return (span_find(line, SPAN("suppressed")).len > 0 ||
		   span_find(line, SPAN("hidden")).len > 0) &&
	    (span_find(line, SPAN("AUTH")).len > 0 || span_find(line, SPAN("auth")).len > 0);
}

void
import_unmarked(struct import *im, struct span line, bool based)
{
	const struct import_form *f = im->form;
	struct span text = span_trim(line);
	bool bare[2] = { false, false };

	for (unsigned i = 0; i < f->nmarks; i++)
		bare[f->mark[i].side] |= !f->mark[i].shape[0];
	if (im->reply_begun && text.len > 0 && im->reply_open && import_is_reply(text) &&
	    memcmp(text.at, im->code, 3) == 0) {
		import_server(im, text);
		return;
	}
	/* Some programs log the lines of a reply without the code. */
	if (im->reply_begun && (!based || !f->base[0]) && im->nowed > 0 && im->code[0] == '2' &&
	    is_keyword(text, SPAN_NONE)) {
		struct span kept = buf_span(&im->reply);
		put_reply_line(im, kept, false);
		buf_consume(&im->reply, kept.len);
		buf_printf(&im->reply, "%s %.*s", im->code, SPAN_ARG(text));
		return;
	}
	if (bare[IMPORT_CLIENT]) {
		if (!import_is_reply(line) || im->mode == IMPORT_TEXT)
			import_bare_line(im, line);
		else
			import_left_out(im, line);
		return;
	}
	if (im->mode == IMPORT_TEXT) {
		if ((!based || !f->base[0]) && loose_line(im, line))
			return;
		note_octets(im, line);
		/* The lines of a message may have a shorter prefix than commands. */
		bool goes_on = im->text_lines > 0 && !im->text_marked;
		if (based && f->base[0] &&
		    (goes_on || (im->text_lines == 0 && is_first_field(line)))) {
			im->last_side = IMPORT_CLIENT;
			text_line(im, line, false);
			return;
		}
	}
	if (bare[IMPORT_SERVER] && import_is_reply(line) && im->mode != IMPORT_TEXT) {
		import_server(im, line);
		return;
	}
	if (bare[IMPORT_SERVER] && import_is_reply(line) && im->text_lines == 0) {
		import_server(im, line);
		return;
	}
	if (im->begun && !im->ended && im->mode != IMPORT_TEXT && import_hides_auth(line))
		import_client(im, line);
	else
		import_left_out(im, line);
}

/* ---- connections */

/* Takes the gathered line, which does not continue. */
void
import_end(struct import *im)
{
	struct span line = buf_span(&im->pending);
	struct buf taken = im->pending;

	if (!im->gathers)
		return;
	im->gathers = false;
	im->pending = (struct buf){ .max = IMPORT_LINE_MAX };
	if (im->last_side == IMPORT_CLIENT)
		import_client(im, line);
	else
		import_server(im, line);
	buf_release(&taken);
}

/*
 * Writes the missing replies when the log ends before all pipelined commands were answered. Without
 * them, the last reply would be taken for that of the last command.
 */
static void
put_missing_replies(struct import *im)
{
	if (!im->begun || im->ended || im->mode != IMPORT_COMMANDS ||
	    im->last_side != IMPORT_SERVER || im->nowed == 0)
		return;
	import_comment(im, "the log ends before the remaining commands were answered");
	for (unsigned i = 0; i < im->nowed; i++)
		import_put(im, "S: *");
}

/* Writes the /case line, which is removed again when nothing follows. */
void
import_case(struct import *im)
{
	im->case_at = written(im);
	buf_printf(&im->out, "\n/case \"connection %u\"\n", im->ncases + 1);
}

void
import_connection(struct import *im)
{
	reply_ends(im);
	import_settle(im, NULL);
	im->banner = true;
	chunk_end(im);
	release_held(im);
	put_missing_replies(im);
	if (im->nloose > 0)
		settle_loose(im, im->nloose > 1);
	if (im->mode == IMPORT_TEXT && im->begun)
		import_put(im,
		    im->text_lines ? "# the log ends in the middle of the message\n/drop" :
				     "# the log ends before the message\n/drop");
	im->mode = IMPORT_COMMANDS;
	bool ended = im->ended || im->verb == VERB_OTHER; /* or no command was sent in it */
	im->ended = false;
	im->verb = VERB_OTHER;
	im->nowed = 0;
	im->tls_offered = im->tls_given = im->lmtp = false;
	if (!im->begun)
		return;
	im->unended += !ended && strcmp(im->code, "421") != 0;
	im->begun = false;
	im->ncases++;
	import_case(im);
	im->last_side = IMPORT_SERVER;
}
