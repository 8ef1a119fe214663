/* transcript - events as a script. */
#include "run/transcript.h"

#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "run/message.h"
#include "smtp/auth.h"
#include "smtp/verb.h"

enum { LINE_OUT_MAX = 4 << 20, KEPT_MAX = 1 << 20 /* octets of a message that is kept */ };

struct transcript {
	struct transcript_opts opts;
	struct buf out;			/* of one event */
	struct arena arena;		/* likewise */
	unsigned ncases;
	bool begun;			/* a case is open */
	bool secrets_said;		/* /secret stands in this case */
	char mech[24];			/* of the AUTH going on */
	unsigned responses;
	uint64_t body_octets;
	struct buf chunks;		/* of a message that goes by BDAT, what no chunk has had */
	uint64_t took_us;		/* the longest of the replies since something was sent */
};

struct transcript *
transcript_new(const struct transcript_opts *opts)
{
	struct transcript *t = memory_zeroed(sizeof *t);

	t->opts = *opts;
	t->out.max = LINE_OUT_MAX;
	t->chunks.max = 2 * KEPT_MAX;
	t->ncases = opts->before;
	return t;
}

void
transcript_free(struct transcript *t)
{
	if (!t)
		return;
	buf_release(&t->out);
	buf_release(&t->chunks);
	arena_release(&t->arena);
	free(t);
}

/* ---- lines */

/* "C: " or "C2: ". */
static void
mark(struct transcript *t, char who, const struct event *e, const char *raw)
{
	if (e->session > 1 && e->session <= 9)
		buf_printf(&t->out, "%c%u%s: ", who, e->session, raw);
	else
		buf_printf(&t->out, "%c%s: ", who, raw);
}

static void
comment(struct transcript *t, const char *what, struct span text)
{
	buf_printf(&t->out, "# %s", what);
	text_safe_to(&t->out, text);
	buf_append(&t->out, SPAN("\n"));
}

/* "{{" is the script's; sent as it is it needs a backslash. */
static void
put_sent(struct transcript *t, struct span line)
{
	for (; line.len > 0; line = span_skip(line, 1)) {
		if (span_starts(line, SPAN("{{")))
			buf_append(&t->out, SPAN("\\"));
		buf_append(&t->out, span_first(line, 1));
		if (span_starts(line, SPAN("{{"))) {
			line = span_skip(line, 1);
			buf_append(&t->out, SPAN("{"));
		}
	}
}

static bool
is_plain(struct span line)
{
	size_t n;

	for (; line.len > 0; line = span_skip(line, n))
		if (!text_is_printable(text_char(line, &n)) && line.at[0] != '\t')
			return false;
	return true;
}

/* With control octets, or looking like a stage direction: `C\:`. */
static void
write_octets(struct transcript *t, const struct event *e, struct span line, bool crlf)
{
	bool direction = line.len > 2 && line.at[0] == '<' && line.at[line.len - 1] == '>' && e->sent.kind == SENT_COMMAND;

	if (crlf && is_plain(line) && !direction) {
		mark(t, 'C', e, "");
		if (line.len == 0)
			t->out.tail--;
		put_sent(t, line);
		buf_append(&t->out, SPAN("\n"));
		return;
	}
	mark(t, 'C', e, "\\");
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.at[i];
		if (c == '\\')
			buf_append(&t->out, SPAN("\\\\"));
		else if (c < 0x20 || c > 0x7E)
			buf_printf(&t->out, "\\x%02X", c);
		else if (c == '{')
			buf_append(&t->out, SPAN("\\x7B"));
		else
			buf_append(&t->out, (struct span){ &line.at[i], 1 });
	}
	buf_append(&t->out, crlf ? SPAN("\\r\\n\n") : SPAN("\n"));
}

static void
write_sent(struct transcript *t, const struct event *e, struct span line)
{
	write_octets(t, e, line, true);
}

/* What was written so far goes out: a message may be more than there is room for. */
static void
flush(struct transcript *t)
{
	t->opts.write(t->opts.ctx, buf_span(&t->out));
	buf_consume(&t->out, buf_span(&t->out).len);
}

/* ---- secrets */

static const char *
secret_of(struct transcript *t)
{
	static const struct { const char *mech; unsigned n; const char *text; } answers[] = {
		{ "PLAIN", 0, "{{plain user password}}" }, { "LOGIN", 0, "{{login-user user}}" },
		{ "LOGIN", 1, "{{login-pass password}}" }, { "CRAM-MD5", 0, "{{cram-md5 user password}}" },
		{ "XOAUTH2", 0, "{{xoauth2 user password}}" },
	};

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (span_eq_case(span_of(t->mech), span_of(answers[i].mech)) && t->responses == answers[i].n)
			return answers[i].text;
	return "{{:b64}}";
}

static void
declare_secrets(struct transcript *t)
{
	if (!t->secrets_said)
		buf_append(&t->out, SPAN("/secret user\n/secret password\n"));
	t->secrets_said = true;
}

static void
write_secret(struct transcript *t, const struct event *e)
{
	struct span rest = e->sent.text, verb = span_word(&rest), mech = span_word(&rest);
	bool auth = span_eq_case(verb, SPAN("AUTH"));

	if (!auth_is_name(mech))
		mech = SPAN_NONE;		/* all behind AUTH is hidden */
	if (span_find(e->sent.text, SPAN("{{")).len > 0) {	/* a script's own function stands there already */
		declare_secrets(t);
		mark(t, 'C', e, "");
		buf_printf(&t->out, "%.*s\n", SPAN_ARG(e->sent.text));
		return;
	}
	if (auth) {
		size_t n = mech.len < sizeof t->mech - 1 ? mech.len : sizeof t->mech - 1;
		memcpy(t->mech, mech.at ? mech.at : "", n);
		t->mech[n] = '\0';
		t->responses = 0;
	}
	bool bare = auth && rest.len == 0;
	if (!bare)
		declare_secrets(t);
	mark(t, 'C', e, "");
	if (auth)
		buf_printf(&t->out, "AUTH %.*s%s", SPAN_ARG(mech), bare || mech.len == 0 ? "" : " ");
	if (!bare) {
		buf_printf(&t->out, "%s", secret_of(t));
		t->responses++;
	}
	buf_append(&t->out, SPAN("\n"));
}

static void
begin_auth(struct transcript *t, struct span line)
{
	struct span rest = line, verb = span_word(&rest), mech = span_word(&rest);
	size_t n = mech.len < sizeof t->mech - 1 ? mech.len : sizeof t->mech - 1;

	if (!span_eq_case(verb, SPAN("AUTH")))
		return;
	memcpy(t->mech, mech.at ? mech.at : "", n);
	t->mech[n] = '\0';
	t->responses = 0;
}

/* ---- messages */

static void
write_text(struct transcript *t, const struct event *e)
{
	bool dot = span_eq(e->sent.text, SPAN("."));

	if (!t->opts.no_bodies) {
		write_sent(t, e, e->sent.text);
		return;
	}
	if (!dot) {
		t->body_octets += e->sent.octets;
		return;
	}
	buf_printf(&t->out, "# a message of %llu octets was sent here and is not kept\n", (unsigned long long)t->body_octets);
	mark(t, 'C', e, "");
	buf_append(&t->out, SPAN(".\n"));
	t->body_octets = 0;
}

/* Up to a CRLF, which is taken off; without one, the rest. */
static struct span
next_line(struct span *rest, bool *crlf)
{
	struct span end = span_find(*rest, SPAN("\r\n")), line = span_first(*rest, rest->len - end.len);

	*crlf = end.len > 0;
	*rest = span_skip(*rest, line.len + (*crlf ? 2 : 0));
	return line;
}

/* All of a message; false: it is not kept. */
static bool
read_message(const struct message *m, struct buf *out)
{
	struct message_reader reader = { 0 };
	size_t n, room;
	struct err err;

	if (m->facts.octets > KEPT_MAX)
		return false;
	for (;;) {
		char *at = buf_reserve(out, MESSAGE_SHOWN_MAX, &room);
		if (!at || !message_read(m, &reader, at, room, &n, &err))
			return false;
		if (n == 0)
			return true;
		buf_commit(out, n);
	}
}

static void
write_message(struct transcript *t, const struct event *e, struct span text)
{
	bool crlf;

	while (text.len > 0) {
		struct span line = next_line(&text, &crlf);
		write_sent(t, e, line.len > 0 && line.at[0] == '.' ? arena_printf(&t->arena, ".%.*s", SPAN_ARG(line)) : line);
		flush(t);
		arena_reset(&t->arena);
	}
	mark(t, 'C', e, "");
	buf_append(&t->out, SPAN(".\n"));
}

static void
write_chunk(struct transcript *t, const struct event *e, struct span command)
{
	unsigned long long octets;
	struct span rest = command;
	bool crlf;

	span_word(&rest);
	if (!span_number(span_word(&rest), ~0ull, &octets) || octets > buf_span(&t->chunks).len)
		return;
	struct span chunk = span_first(buf_span(&t->chunks), (size_t)octets);
	while (chunk.len > 0) {
		struct span line = next_line(&chunk, &crlf);
		write_octets(t, e, line, crlf);
		flush(t);
	}
	buf_consume(&t->chunks, (size_t)octets);
}

/* A message that did not go line by line: kept as its lines, when it is not too large. */
static void
sent_octets(struct transcript *t, const struct event *e)
{
	buf_consume(&t->chunks, buf_span(&t->chunks).len);
	if (e->sent.message && !t->opts.no_bodies && read_message(e->sent.message, &t->chunks)) {
		if (e->sent.chunked)
			return;
		write_message(t, e, buf_span(&t->chunks));
		buf_consume(&t->chunks, buf_span(&t->chunks).len);
		return;
	}
	buf_consume(&t->chunks, buf_span(&t->chunks).len);
	buf_printf(&t->out, "# %llu octets were sent here and are not kept: ", (unsigned long long)e->sent.octets);
	text_safe_to(&t->out, e->sent.text);
	buf_append(&t->out, SPAN("\n"));
}

static void
sent_command(struct transcript *t, const struct event *e)
{
	begin_auth(t, e->sent.text);
	write_sent(t, e, e->sent.text);
	if (verb_of(e->sent.text, NULL) == VERB_BDAT)
		write_chunk(t, e, e->sent.text);
	else
		buf_consume(&t->chunks, buf_span(&t->chunks).len);
}

static void
sent(struct transcript *t, const struct event *e)
{
	switch (e->sent.kind) {
	case SENT_SECRET:
		write_secret(t, e);
		break;
	case SENT_TEXT:
		write_text(t, e);
		break;
	case SENT_OCTETS:
		sent_octets(t, e);
		break;
	case SENT_COMMAND:
		sent_command(t, e);
		break;
	}
}

/* ---- replies */

static void
put_unprintable(struct buf *out, struct span *text)
{
	size_t n;

	buf_append(out, SPAN("[..]"));
	while (text->len > 0 && !text_is_printable(text_char(*text, &n)))
		*text = span_skip(*text, n);
}

/* What would be a pattern is written as a literal; what is not printable is left open. */
void
transcript_put_expected(struct buf *out, struct span text)
{
	struct span whole = text;
	size_t n;

	if (span_eq(text, SPAN("..."))) {
		buf_append(out, SPAN("/^\\.\\.\\.$/"));
		return;
	}
	while (text.len > 0) {
		bool escape = span_starts(text, SPAN("{{")) || span_starts(text, SPAN("[..]")) ||
		    (text.at == whole.at && text.at[0] == '/') ||
		    (span_eq(text, SPAN("...")) && text.at > whole.at && text.at[-1] == ' ');
		if (!text_is_printable(text_char(text, &n)) && text.at[0] != '\t') {
			put_unprintable(out, &text);
			continue;
		}
		if (escape)
			buf_append(out, SPAN("\\"));
		if (escape && text.at[0] == '{')
			n = 2;
		else if (escape && text.at[0] == '[')
			n = 4;
		else if (escape && text.at[0] == '.')
			n = 3;
		buf_append(out, span_first(text, n));
		text = span_skip(text, n);
	}
}

/* Can the script's own form say it: a code in each line, "-" or a blank behind? */
static bool
is_regular(const struct reply *r)
{
	return r->code >= 100 && !(r->flaws & (REPLY_NO_CODE | REPLY_BAD_SEPARATOR | REPLY_CODES_DIFFER | REPLY_CUT));
}

static void
heard(struct transcript *t, const struct event *e)
{
	const struct reply *r = e->answer.reply;

	if (e->answer.surprise || e->answer.late) {
		for (size_t i = 0; i < r->nlines; i++)
			comment(t, e->answer.late ? "late: " : "nothing asked for this: ", r->line[i]);
		return;
	}
	if (!is_regular(r)) {
		for (size_t i = 0; i < r->nlines; i++)
			comment(t, "no regular reply: ", r->line[i]);
		mark(t, 'S', e, "");
		buf_append(&t->out, SPAN("*\n"));
		return;
	}
	for (size_t i = 0; i < r->nlines; i++) {
		bool last = i + 1 == r->nlines;
		mark(t, 'S', e, "");
		buf_printf(&t->out, "%03u%s", r->code, last ? r->line[i].len ? " " : "" : "-");
		transcript_put_expected(&t->out, r->line[i]);
		buf_append(&t->out, SPAN("\n"));
	}
}

/* ---- connections */

/* Behind the last of a group's replies, and not where a message or an answer goes on. */
static void
write_took(struct transcript *t)
{
	if (t->took_us >= 1000)
		buf_printf(&t->out, "/took %llums\n", (unsigned long long)(t->took_us / 1000));
	t->took_us = 0;
}

static void
note_took(struct transcript *t, const struct event *e)
{
	bool over = !e->answer.surprise && !e->answer.late && e->answer.reply->code / 100 != 3;

	if (t->opts.times && over && e->session <= 1 && e->answer.took_us > t->took_us)
		t->took_us = e->answer.took_us;
}

static void
connected(struct transcript *t, const struct event *e)
{
	char peer[ADDR_TEXT], when[40];
	time_t now = time(NULL);
	struct tm tm;

	if (e->session > 1)
		return;
	gmtime_r(&now, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
	addr_text(&e->connected.peer, peer);
	buf_printf(&t->out, "\n/case \"session %u\"\n# ", ++t->ncases);
	text_safe_to(&t->out, e->connected.host);
	buf_printf(&t->out, "%s%s%s, %s\n/match text\n", peer[0] ? " [" : "", peer, peer[0] ? "]" : "", when);
	t->begun = true;
	t->secrets_said = false;
	t->mech[0] = '\0';
}

void
transcript_event(void *ctx, const struct event *e)
{
	struct transcript *t = ctx;

	if (!t->begun && e->kind != EVENT_CONNECTED)
		return;
	switch (e->kind) {
	case EVENT_CONNECTED:
		connected(t, e);
		break;
	case EVENT_SENT:
		write_took(t);
		sent(t, e);
		break;
	case EVENT_REPLY:
		heard(t, e);
		note_took(t, e);
		break;
	case EVENT_TLS:
		comment(t, "TLS: ", e->shaken.info->version);
		break;
	case EVENT_CLOSED:
		write_took(t);
		if (!e->closed.expected)
			comment(t, "the server closed the connection", SPAN_NONE);
		break;
	default:
		return;
	}
	flush(t);
	arena_reset(&t->arena);
}
