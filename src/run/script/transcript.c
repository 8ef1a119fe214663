/* transcript - events as a script. */
#include "run/script/transcript_priv.h"

#include <stdlib.h>
#include <time.h>

#include "base/text.h"

enum { LINE_OUT_MAX = 4 << 20 };

struct transcript *
transcript_new(const struct transcript_opts *opts)
{
	struct transcript *t = memory_zeroed(sizeof *t);

	t->opts = *opts;
	t->out.max = LINE_OUT_MAX;
	t->chunks.max = 2 * TRANSCRIPT_KEPT_MAX;
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

void
transcript_mark(struct transcript *t, char who, const struct event *e, const char *raw)
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

void
transcript_flush(struct transcript *t)
{
	t->opts.write(t->opts.ctx, buf_span(&t->out));
	buf_consume(&t->out, buf_span(&t->out).len);
}

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
	return r->code >= 100 &&
	    !(r->flaws & (REPLY_NO_CODE | REPLY_BAD_SEPARATOR | REPLY_CODES_DIFFER | REPLY_CUT));
}

static void
heard(struct transcript *t, const struct event *e)
{
	const struct reply *r = e->answer.reply;

	if (e->answer.surprise || e->answer.late) {
		for (size_t i = 0; i < r->nlines; i++)
			comment(
			    t, e->answer.late ? "late: " : "nothing asked for this: ", r->line[i]);
		return;
	}
	if (!is_regular(r)) {
		for (size_t i = 0; i < r->nlines; i++)
			comment(t, "no regular reply: ", r->line[i]);
		transcript_mark(t, 'S', e, "");
		buf_append(&t->out, SPAN("*\n"));
		return;
	}
	for (size_t i = 0; i < r->nlines; i++) {
		bool last = i + 1 == r->nlines;
		transcript_mark(t, 'S', e, "");
		buf_printf(&t->out, "%03u%s", r->code, last ? r->line[i].len ? " " : "" : "-");
		transcript_put_expected(&t->out, r->line[i]);
		buf_append(&t->out, SPAN("\n"));
	}
}

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
	buf_printf(&t->out, "%s%s%s, %s\n/match text\n", peer[0] ? " [" : "", peer,
	    peer[0] ? "]" : "", when);
	t->begun = true;
	t->secrets_said = 0;
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
		transcript_sent(t, e);
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
	transcript_flush(t);
	arena_reset(&t->arena);
}
