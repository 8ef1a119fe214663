/*
 * import - C: and S: lines as a script has them: secrets replaced, patterns escaped, what is
 * missing marked.
 */
#include "run/script/import_priv.h"

#include <stdio.h>

#include "base/base64.h"
#include "base/text.h"
#include "smtp/auth.h"
#include "smtp/body.h"

/* ---- lines made plain */

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

/* What stands for a message that is not in the log: a header of its own must fit. */
#define MISSING_TEXT		1000
#define MISSING_TEXT_WORD	"1000"

enum { FILLER_MAX = 4 << 20, FILLER_LINE = 72 };

void
import_put(struct import *im, const char *line)
{
	buf_printf(im->out, "%s\n", line);
}

void
import_comment(struct import *im, const char *text)
{
	struct span safe = text_safe(&im->arena, span_of(text));

	buf_printf(im->out, "# %.*s\n", SPAN_ARG(safe));
}

/* ---- what the client says */

static bool
is_plain(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (((unsigned char)s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] == 0x7F)
			return false;
	return text_is_utf8(s);
}

/* "{{" would be a place. */
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
	if (is_plain(line)) {
		buf_append(im->out, line.len ? SPAN("C: ") : SPAN("C:"));
		put_escaped(im->out, line);
		buf_append(im->out, SPAN("\n"));
		return;
	}
	buf_append(im->out, SPAN("C\\: "));
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.at[i];
		if (c < 0x20 || c > 0x7E || c == '\\' || c == '{')
			buf_printf(im->out, "\\x%02x", c);
		else
			buf_append(im->out, (struct span){ line.at + i, 1 });
	}
	buf_append(im->out, SPAN("\\r\\n\n"));
}

/* ---- the octets of BDAT n: as the log shows them, or as many others in their place */

static void
put_filler(struct import *im)
{
	static const char filler[] =
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

	import_comment(im,
	    "the log does not show these octets: others stand for them, as many as were announced");
	for (unsigned long long left = im->chunk; left > 0;) {
		unsigned long long n = left > FILLER_LINE ? FILLER_LINE - 2 :
		    left >= 2				  ? left - 2 :
							    0;
		buf_printf(im->out,
		    left == 1  ? "C\\: x\n" :
			n == 0 ? "C:\n" :
				 "C: %.*s\n",
		    (int)n, filler);
		left -= left == 1 ? 1 : n + 2;
	}
}

static void
import_chunk_end(struct import *im)
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
import_chunk(struct import *im, struct span bdat)
{
	unsigned long long n;

	span_word(&bdat);
	if (!span_number(span_word(&bdat), ~0ull >> 1, &n) || n == 0)
		return;
	im->mode = IMPORT_CHUNK;
	im->chunk = im->chunk_left = n;
	im->chunk_lines = (struct buf){ .max = IMPORT_OUT_MAX };
	if (im->dialect->hides_text)
		import_chunk_end(im);
}

static bool
import_chunk_takes(struct import *im, struct span line)
{
	/* RFC 3030 writes line ends out */
	const struct span end = SPAN("<CR><LF>");

	if (span_ends_case(line, end))
		line = span_first(line, line.len - end.len);
	if (line.len + 2 <= im->chunk_left && verb_of(line, NULL) != VERB_BDAT) {
		buf_append(&im->chunk_lines, line);
		buf_append(&im->chunk_lines, SPAN("\n"));
		im->chunk_left -= line.len + 2;
		if (im->chunk_left == 0)
			import_chunk_end(im);
		return true;
	}
	bool command = verb_of(line, NULL) != VERB_OTHER;
	if (command)
		import_chunk_end(im);
	return !command;		/* what is neither stands for octets that are not shown */
}

/* ---- commands and answers */

/* The user's name is no secret; it is kept where it can stand in a script as it is. */
static void
import_keep_user(struct import *im, struct span user)
{
	for (size_t i = 0; i < user.len; i++)
		if ((unsigned char)user.at[i] <= ' ' || (unsigned char)user.at[i] > '~' ||
		    user.at[i] == '{' || user.at[i] == '"')
			return;
	if (im->user[0] == '\0')
		snprintf(im->user, sizeof im->user, "%.*s",
		    SPAN_ARG(span_first(user, sizeof im->user - 1)));
}

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
	if (base64_decode(&im->arena, answer, &response))
		import_keep_user(im, auth_user(span_of(m->name), n, response));
	return script;
}

static void
import_auth(struct import *im, struct span line)
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
	buf_append(im->out, SPAN("C: "));
	put_escaped(im->out, shown);
	buf_printf(im->out, "%s\n", answer_for(im, rest));
}

/* A reply whose last line was not shown is closed, so that the script can be read. */
static void
import_close_reply(struct import *im)
{
	if (im->reply_open) {
		buf_printf(im->out, "S: %s ...\n", im->code);
		im->replies++;
		im->owed -= im->owed > 0;
	}
	im->reply_open = false;
}

static void
import_note_size(struct import *im, struct span line)
{
	struct span size = span_find(line, SPAN("SIZE="));

	im->size[0] = '\0';
	size = span_skip(size, 5);
	size = span_word(&size);
	unsigned long long n;
	if (span_number(size, 100 << 20, &n) && n > MISSING_TEXT)
		snprintf(im->size, sizeof im->size, "%llu", n);
}

static void
import_command(struct import *im, struct span line)
{
	im->verb = verb_of(line, NULL);
	im->owed++;
	*(im->verb == VERB_OTHER ? &im->strange : &im->commands) += 1;
	if (im->verb == VERB_AUTH) {
		import_auth(im, line);
		return;
	}
	if (im->verb == VERB_MAIL)
		import_note_size(im, line);
	put_client(im, line);
	if (im->verb == VERB_BDAT)
		import_chunk(im, line);
}

/* The message's text is missing: what stands for it says so. */
static void
put_missing_text(struct import *im)
{
	import_comment(im,
	    "the log does not show the message: this stands for it, as large as it was said to be "
	    "if that is known");
	buf_printf(im->out, "/body size=%s\n", im->size[0] ? im->size : MISSING_TEXT_WORD);
	im->mode = IMPORT_COMMANDS;
}

void
import_client(struct import *im, struct span line)
{
	if (im->body_owed) {
		buf_append(&im->held, line);
		buf_append(&im->held, SPAN("\n"));
		return;
	}
	import_close_reply(im);
	im->last_side = IMPORT_CLIENT;
	if (im->ended || (im->mode == IMPORT_CHUNK && import_chunk_takes(im, line)))
		return;
	if (im->mode == IMPORT_ANSWERS) {
		im->owed++;
		buf_printf(im->out, "C: %s\n", answer_for(im, line));
		im->mode = IMPORT_COMMANDS;
	} else if (im->mode == IMPORT_TEXT) {
		bool dot = body_is_end(line);
		if (dot && !im->text_shown && im->dialect->hides_text) {
			put_missing_text(im);
			im->body_owed = true;
			return;
		}
		im->text_shown = true;
		put_client(im, line);
		if (dot) {
			im->mode = IMPORT_COMMANDS;
			im->owed++;
		}
	} else {
		import_command(im, line);
	}
}

/* The reply to /body stands behind it, whatever had gone out with the dot. */
static void
import_release_held(struct import *im)
{
	struct buf taken = im->held;
	struct span lines = buf_span(&taken), line;

	im->held = (struct buf){ .max = IMPORT_OUT_MAX };
	im->body_owed = false;
	while (span_line(&lines, &line))
		import_client(im, line);
	buf_release(&taken);
}

/* ---- what the server says */

/* What would be a pattern stands for itself: \[..], \{{, a leading \/, a trailing " \...". */
static void
put_reply_text(struct import *im, struct span s)
{
	struct buf *out = im->out;
	/* of the same length */
	struct span shown = secrecy_shown(&im->secrets, &im->arena, s);
	bool ere = s.len > 1 && s.at[0] == '/' && s.at[s.len - 1] == '/';
	bool rest = s.len >= 4 && span_eq(span_skip(s, s.len - 4), SPAN(" ..."));

	for (size_t i = 0; i < s.len; i++) {
		struct span here = span_skip(s, i);
		if (shown.at[i] != s.at[i]) {
			if (i == 0 || shown.at[i - 1] == s.at[i - 1])
				buf_append(out, SPAN("[..]"));
			continue;
		}
		if (span_starts(here, SPAN("{{")) || span_starts(here, SPAN("[..]")) ||
		    (ere && i == 0) || (rest && i == s.len - 3))
			buf_append(out, SPAN("\\"));
		if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7F)
			buf_append(out, SPAN("[..]"));
		else
			buf_append(out, (struct span){ s.at + i, 1 });
		if (span_starts(here, SPAN("{{")))
			buf_append(out, (struct span){ s.at + ++i, 1 });
	}
}

static void
import_after_reply(struct import *im)
{
	bool good = im->code[0] == '2', banner = im->replies++ == 0 || im->banner;

	im->banner = false;
	im->unasked += (im->owed == 0 && !banner && strcmp(im->code, "421") != 0) ||
	    (strcmp(im->code, "354") == 0 && im->verb != VERB_DATA);

	im->mode = strcmp(im->code, "334") == 0 ? IMPORT_ANSWERS : IMPORT_COMMANDS;
	if (strcmp(im->code, "354") == 0) {
		im->mode = IMPORT_TEXT;
		im->text_shown = false;
	}
	if (im->verb == VERB_QUIT && im->owed <= 1 && good)
		im->ended = true;
	im->owed -= im->owed > 0;
	if (im->body_owed)
		import_release_held(im);
}

void
import_server(struct import *im, struct span line)
{
	/* A 220 that nothing asked for is a banner: of another connection, when there was one. */
	bool asked = im->verb == VERB_STARTTLS || (im->owed > 0 && im->verb != VERB_QUIT);
	if (!im->reply_open && span_starts(line, SPAN("220")) && im->begun && (im->ended || !asked))
		import_connection(im);
	im->last_side = IMPORT_SERVER;
	import_chunk_end(im);
	if (im->ended && !im->reply_open)
		return;
	if (!import_is_reply(line)) {
		struct span safe = text_safe(&im->arena, span_first(line, 500));
		if (line.len > 0)
			buf_printf(
			    im->out, "# the server sent what is no reply: %.*s\n", SPAN_ARG(safe));
		return;
	}
	if (im->mode == IMPORT_TEXT && !im->text_shown)
		put_missing_text(im);
	else if (im->mode == IMPORT_TEXT && im->dialect->hides_dot && !im->reply_open)
		import_client(im, BODY_END);
	im->begun = true;
	memcpy(im->code, line.at, 3);
	buf_printf(im->out, "S: %s", im->code);
	im->reply_open = line.len > 3 && line.at[3] == '-';
	if (line.len > 3)
		buf_append(im->out, span_first(span_skip(line, 3), 1));
	put_reply_text(im, span_skip(line, 4));
	buf_append(im->out, SPAN("\n"));
	if (!im->reply_open)
		import_after_reply(im);
}

/* ---- a terminal's lines that may be of neither side */

void
import_settle(struct import *im, bool reply)
{
	struct buf taken = im->doubtful;

	if (!im->doubts)
		return;
	im->doubts = false;
	im->doubtful = (struct buf){ .max = IMPORT_LINE_MAX };
	if (reply && im->owed == 0 && !im->reply_open && im->mode == IMPORT_COMMANDS) {
		import_client(im, buf_span(&taken));
	} else {
		struct span safe = text_safe(&im->arena, span_first(buf_span(&taken), 200));
		im->asides++;
		/* the end of a message that nobody was seen to ask for */
		im->unasked += body_is_end(buf_span(&taken));
		buf_printf(im->out, "# %.*s\n", SPAN_ARG(safe));
	}
	buf_release(&taken);
}

void
import_doubt(struct import *im, struct span line)
{
	import_settle(im, false);
	im->doubts = true;
	buf_append(&im->doubtful, line);
}

/* ---- connections */

/* What was gathered of a line that could have gone on. */
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
 * Of commands that went out together some were answered before the log ended: else the last reply
 * would be the last command's.
 */
static void
put_missing_replies(struct import *im)
{
	if (!im->begun || im->ended || im->mode != IMPORT_COMMANDS ||
	    im->last_side != IMPORT_SERVER || im->owed == 0)
		return;
	import_comment(im, "the log ends before what else was answered");
	for (unsigned i = 0; i < im->owed; i++)
		import_put(im, "S: *");
}

void
import_connection(struct import *im)
{
	import_settle(im, false);
	import_close_reply(im);
	im->banner = true;
	import_chunk_end(im);
	import_release_held(im);
	put_missing_replies(im);
	if (im->mode == IMPORT_TEXT && im->begun)
		import_put(im,
		    im->text_shown ? "# the log ends within the message\n/drop" :
				     "# the log ends before the message\n/drop");
	im->mode = IMPORT_COMMANDS;
	im->ended = im->reply_open = false;
	im->verb = VERB_OTHER;
	im->owed = 0;
	if (!im->begun)
		return;
	im->begun = false;
	buf_printf(&im->cases, "\n/case \"connection %u\"\n", ++im->ncases);
	buf_append(&im->cases, buf_span(im->out));
	buf_release(im->out);
}
