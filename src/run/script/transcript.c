/* transcript - writes events as a script. */
#include "run/script/transcript.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/utc.h"
#include "run/message/message.h"
#include "run/script/varying.h"
#include "smtp/auth.h"
#include "smtp/body.h"
#include "smtp/verb.h"

enum {
	LINE_OUT_MAX = 4 << 20,
	STAND_IN_MIN = 1000, /* the placeholder of /body size= has a header of its own */
	FILLER_MAX = 4 << 20,
	SENT_LINE_MAX = 4 << 10,
	KEPT_MAX = 1 << 20, /* messages with more octets are not recorded */
};

struct transcript {
	struct transcript_opts opts;
	struct buf out;			/* the script's text for the current event */
	struct arena arena;		/* likewise */
	unsigned ncases;
	bool begun;			/* a case is open */
	unsigned secrets_sent;		/* bits: the /secret lines written in this case */
	char user[TRANSCRIPT_USER_MAX]; /* value of /var user in this case; "": none */
	char mech[24];			/* mechanism of the current AUTH */
	unsigned responses;
	uint64_t body_octets;
	/*
	 * octets left of a message sent by BDAT that is not recorded: one /bdat is written for all
	 * of it
	 */
	uint64_t chunks_left;
	/*
	 * chunks_said: the /bdat was written; filled: a placeholder was written for the last chunk
	 */
	bool chunks_said, filled;
	/* octets of a message sent by BDAT that no chunk has contained yet */
	struct buf chunks;
	struct buf said;		/* the last commands, as lines with LF */
	char host[256];			/* the server's own name; "": unknown */
	uint64_t took_us;		/* the longest time that a reply took since the last send */
	/* for a new connection that may replace this one; NULL: none */
	struct transcript *beside;
	struct buf held;		/* the text that ->beside has written */
};

struct transcript *
transcript_new(const struct transcript_opts *opts)
{
	struct transcript *t = memory_zeroed(sizeof *t);

	assert(opts->write);
	t->opts = *opts;
	t->out.max = LINE_OUT_MAX;
	t->chunks.max = 2 * KEPT_MAX;
	t->said.max = SENT_LINE_MAX;
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
	buf_release(&t->said);
	buf_release(&t->held);
	transcript_free(t->beside);
	arena_release(&t->arena);
	free(t);
}

static void
transcript_mark(struct transcript *t, char who, const struct event *e, const char *raw)
{
	if (e->session > 1 && e->session <= 9)
		buf_printf(&t->out, "%c%u%s: ", who, e->session, raw);
	else
		buf_printf(&t->out, "%c%s: ", who, raw);
}

static void
transcript_comment(struct transcript *t, const char *what, struct span text)
{
	buf_printf(&t->out, "# %s", what);
	text_safe_to(&t->out, text);
	buf_append(&t->out, SPAN("\n"));
}

static void
transcript_flush(struct transcript *t)
{
	t->opts.write(t->opts.ctx, buf_span(&t->out));
	buf_consume(&t->out, buf_span(&t->out).len);
}

/* ---- what was received, as S: lines */

/*
 * Returns whether a script can express the reply: a code in each line, with "-" or a space after
 * it.
 */
static bool
is_regular(const struct reply *r)
{
	return r->code >= 100 &&
	    !(r->flaws & (REPLY_IRREGULAR | REPLY_CUT));
}

/*
 * Returns the server's own name, which a greeting or an EHLO reply may have changed. Empty:
 * unknown.
 */
static struct span
transcript_host(struct transcript *t, const struct event *e)
{
	const struct reply *r = e->answer.reply;
	enum reply_place place = reply_place_of(&e->answer.due);
	struct span host = r->nlines ? varying_host(r->line[0]) : SPAN_NONE;

	if ((place == PLACE_GREETING || place == PLACE_HELLO) && r->code / 100 == 2 &&
	    host.len > 0 && host.len < sizeof t->host)
		snprintf(t->host, sizeof t->host, "%.*s", SPAN_ARG(host));
	return span_of(t->host);
}

static void
transcript_reply(struct transcript *t, const struct event *e)
{
	const struct reply *r = e->answer.reply;

	/* only the last reply to a /bdat is compared */
	if (t->chunks_said && t->chunks_left > 0 && e->answer.verb == VERB_BDAT &&
	    r->code / 100 == 2)
		return;
	if (e->answer.surprise || e->answer.late) {
		for (size_t i = 0; i < r->nlines; i++)
			transcript_comment(
			    t, e->answer.late ? "late: " : "unsolicited reply: ", r->line[i]);
		return;
	}
	if (!is_regular(r)) {
		for (size_t i = 0; i < r->nlines; i++)
			transcript_comment(t, "malformed reply: ", r->line[i]);
		transcript_mark(t, 'S', e, "");
		buf_append(&t->out, SPAN("*\n"));
		return;
	}
	struct varying_context context = { .place = reply_place_of(&e->answer.due),
		.masks = MASKS_ALL,
		.host = transcript_host(t, e),
		.said = buf_span(&t->said) };
	bool keywords = context.place == PLACE_HELLO && e->answer.verb != VERB_HELO;
	for (size_t i = 0; i < r->nlines; i++) {
		bool last = i + 1 == r->nlines;
		transcript_mark(t, 'S', e, "");
		buf_printf(&t->out, "%03u%s", r->code, last ? r->line[i].len ? " " : "" : "-");
		if (keywords)
			context.place = reply_place_of_line(context.place, i);
		/* challenges are compared only at level `exact` */
		varying_put(&t->out, r->line[i], r->code == 334 ? NULL : &context);
		buf_append(&t->out, SPAN("\n"));
	}
}

/* ---- what was sent, as C: lines, with functions in place of secrets */

/* Appends a sent line, with a backslash before "{{". */
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

/*
 * Writes a C: line, or a `C\:` line if it has control octets, no CRLF, or looks like a stage
 * direction.
 */
static void
write_octets(struct transcript *t, const struct event *e, struct span line, bool crlf)
{
	bool direction = line.len > 2 && line.at[0] == '<' && line.at[line.len - 1] == '>' &&
	    e->sent.kind == SENT_COMMAND;

	if (crlf && is_plain(line) && !direction) {
		transcript_mark(t, 'C', e, "");
		if (line.len == 0)
			t->out.tail--;
		put_sent(t, line);
		buf_append(&t->out, SPAN("\n"));
		return;
	}
	transcript_mark(t, 'C', e, "\\");
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

bool
transcript_put_user(struct buf *out, struct span user)
{
	size_t n;

	for (struct span rest = user; rest.len > 0; rest = span_skip(rest, n))
		if (!text_is_printable(text_char(rest, &n)) || strchr(" {\"\\", rest.at[0]))
			return false;
	return user.len > 0 && user.len < TRANSCRIPT_USER_MAX &&
	    buf_printf(out, "/var user=%.*s\n", SPAN_ARG(user));
}

/*
 * Declares the variables from which a response is made. The user name, if it was shown, is not a
 * secret.
 */
static void
declare_secrets(struct transcript *t, struct span script, struct span user)
{
	static const char *const names[] = { " user", " password", " token" };

	if (!(t->secrets_sent & 1) && span_find(script, SPAN(" user")).len > 0 &&
	    !span_eq(user, span_of(t->user)) && transcript_put_user(&t->out, user)) {
		memcpy(t->user, user.at, user.len);
		t->user[user.len] = '\0';
	}
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (span_find(script, span_of(names[i])).len == 0 || (i == 0 && t->user[0]) ||
		    t->secrets_sent & 1u << i)
			continue;
		buf_printf(&t->out, "/secret%s\n", names[i]);
		t->secrets_sent |= 1u << i;
	}
}

static void
begin_auth(struct transcript *t, struct span mech)
{
	size_t n = mech.len < sizeof t->mech - 1 ? mech.len : sizeof t->mech - 1;

	memcpy(t->mech, mech.at ? mech.at : "", n);
	t->mech[n] = '\0';
	t->responses = 0;
}

static void
transcript_secret(struct transcript *t, const struct event *e)
{
	struct span rest = e->sent.text, verb = span_word(&rest), mech = span_word(&rest);
	struct span user = auth_shown_user(e->sent.text);
	bool auth = span_eq_case(verb, SPAN("AUTH"));

	if (!auth_is_name(mech))
		mech = SPAN_NONE;		/* everything after AUTH is hidden */
	/* the text already has a function of a script */
	if (span_find(e->sent.text, SPAN("{{")).len > 0 && user.len == 0) {
		declare_secrets(t, e->sent.text, SPAN_NONE);
		transcript_mark(t, 'C', e, "");
		buf_printf(&t->out, "%.*s\n", SPAN_ARG(e->sent.text));
		return;
	}
	if (auth)
		begin_auth(t, mech);
	bool bare = auth && rest.len == 0;
	const struct mechanism *m = mechanism_named(span_of(t->mech));
	const char *script = m && t->responses < MECHANISM_STEPS ? m->script[t->responses] : NULL;
	if (!script)
		script = "{{:b64}}";
	if (!bare)
		declare_secrets(t, span_of(script), user);
	transcript_mark(t, 'C', e, "");
	if (auth)
		buf_printf(
		    &t->out, "AUTH %.*s%s", SPAN_ARG(mech), bare || mech.len == 0 ? "" : " ");
	if (!bare) {
		buf_append(&t->out, span_of(script));
		t->responses++;
	}
	buf_append(&t->out, SPAN("\n"));
}

/* Takes a line up to a CRLF, which is removed; without a CRLF, takes the rest. */
static struct span
next_line(struct span *rest, bool *crlf)
{
	struct span end = span_find(*rest, SPAN("\r\n")),
		    line = span_first(*rest, rest->len - end.len);

	*crlf = end.len > 0;
	*rest = span_skip(*rest, line.len + (*crlf ? 2 : 0));
	return line;
}

/* Writes lines of this many octets in place of message data. */
static void
write_filler(struct transcript *t, const struct event *e, uint64_t octets)
{
	static const char line[] =
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

	while (octets > 0) {
		size_t n = octets < sizeof line + 1 ? (size_t)octets : sizeof line + 1;
		write_octets(t, e, (struct span){ line, n > 2 ? n - 2 : n % 2 }, n > 1);
		octets -= n;
		transcript_flush(t);
	}
}

/* Writes a placeholder of the same size for a message that is not recorded. */
static void
write_stand_in(struct transcript *t, const struct event *e, uint64_t octets)
{
	buf_printf(&t->out,
	    "# a message of %llu octets was sent here; its content is not recorded\n",
	    (unsigned long long)octets);
	if (octets >= STAND_IN_MIN && e->session <= 1) {
		buf_printf(&t->out, "/body size=%llu\n", (unsigned long long)octets);
		return;
	}
	write_filler(t, e, octets);
	transcript_mark(t, 'C', e, "");
	buf_append(&t->out, SPAN(".\n"));
}

static void
transcript_text(struct transcript *t, const struct event *e)
{
	bool dot = body_is_end(e->sent.text);

	if (t->opts.no_bodies && t->filled)
		return; /* part of a chunk for which a placeholder was written */

	/*
	 * The octets of a script's `C\:` include their own line endings, so sent.octets is the
	 * length of the text. To any other line, CRLF was added.
	 */
	if (!t->opts.no_bodies && e->sent.octets == e->sent.text.len && e->sent.text.len > 0) {
		bool crlf;
		for (struct span rest = e->sent.text; rest.len > 0;) {
			struct span line = next_line(&rest, &crlf);
			write_octets(t, e, line, crlf);
		}
		return;
	}
	if (!t->opts.no_bodies) {
		write_octets(t, e, e->sent.text, true);
		return;
	}
	if (!dot) {
		t->body_octets += e->sent.octets;
		return;
	}
	write_stand_in(t, e, t->body_octets);
	t->body_octets = 0;
}

/* Reads a whole message. Returns false when it is too large to be recorded, or cannot be read. */
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
		write_octets(t, e, body_line(&t->arena, line), true);
		transcript_flush(t);
		arena_reset(&t->arena);
	}
	transcript_mark(t, 'C', e, "");
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
		transcript_flush(t);
	}
	buf_consume(&t->chunks, (size_t)octets);
}

/* Records a message that was not sent line by line: as its lines, if it is not too large. */
static void
transcript_octets(struct transcript *t, const struct event *e)
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
	if (e->sent.message && e->sent.chunked) {
		bool stands = e->session <= 1 && e->sent.octets >= STAND_IN_MIN;
		t->chunks_left = stands ? e->sent.octets : 0;
		t->chunks_said = false;
		return;
	}
	if (e->sent.message && !e->sent.chunked) {
		write_stand_in(t, e, e->sent.octets);
		return;
	}
	buf_printf(&t->out, "# %llu octets were sent here; they are not recorded: ",
	    (unsigned long long)e->sent.octets);
	text_safe_to(&t->out, e->sent.text);
	buf_append(&t->out, SPAN("\n"));
}

static void
transcript_bdat(struct transcript *t, const struct event *e)
{
	struct span rest = e->sent.text;
	unsigned long long octets = 0;

	span_word(&rest);
	if (!span_number(span_word(&rest), ~0ull, &octets))
		octets = 0;
	if (t->chunks_left > 0 && octets <= t->chunks_left) {
		if (!t->chunks_said)
			buf_printf(&t->out,
			    "# a message of %llu octets was sent here; its content is not "
			    "recorded\n/bdat size=%llu chunk=%llu\n",
			    (unsigned long long)t->chunks_left, (unsigned long long)t->chunks_left,
			    octets);
		t->chunks_said = true;
		t->chunks_left -= octets;
		return;
	}
	t->chunks_left = 0;
	write_octets(t, e, e->sent.text, true);
	if (buf_span(&t->chunks).len > 0 || !t->opts.no_bodies) {
		write_chunk(t, e, e->sent.text);
		return;
	}
	t->filled = true;
	if (octets > 0 && octets <= FILLER_MAX) {
		transcript_comment(
		    t, "these octets are not recorded: a placeholder is sent instead", SPAN_NONE);
		write_filler(t, e, octets);
	}
}

/* Notes a command, whose words the server may repeat; older commands are forgotten. */
static void
transcript_note_said(struct transcript *t, struct span line)
{
	line = span_first(line, SENT_LINE_MAX / 4);
	if (buf_span(&t->said).len + line.len + 1 > SENT_LINE_MAX)
		buf_consume(&t->said, buf_span(&t->said).len / 2);
	buf_append(&t->said, line);
	buf_append(&t->said, SPAN("\n"));
}

static void
transcript_command(struct transcript *t, const struct event *e)
{
	struct span rest = e->sent.text, verb = span_word(&rest), mech = span_word(&rest);

	if (span_eq_case(verb, SPAN("AUTH")))
		begin_auth(t, mech);
	transcript_note_said(t, e->sent.text);
	t->filled = false;
	if (verb_of(e->sent.text, NULL) == VERB_BDAT) {
		transcript_bdat(t, e);
		return;
	}
	t->chunks_left = 0;
	write_octets(t, e, e->sent.text, true);
	buf_consume(&t->chunks, buf_span(&t->chunks).len);
}

/* ---- events */

/* Writes /took after the last reply of a group, but not before message data or a response. */
static void
transcript_took(struct transcript *t)
{
	if (t->took_us >= 1000)
		buf_printf(&t->out, "/took %llums\n", (unsigned long long)(t->took_us / 1000));
	t->took_us = 0;
}

static void
transcript_note_took(struct transcript *t, const struct event *e)
{
	bool over = !e->answer.surprise && !e->answer.late && e->answer.reply->code / 100 != 3;

	if (t->opts.times && over && e->session <= 1 && e->answer.took_us > t->took_us)
		t->took_us = e->answer.took_us;
}

static void
transcript_connected(struct transcript *t, const struct event *e)
{
	char peer[ADDR_TEXT], when[24];

	if (e->session > 1)
		return;
	utc_now(when);
	addr_text(&e->connected.peer, peer);
	buf_printf(&t->out, "\n/case \"session %u\"\n# ", ++t->ncases);
	text_safe_to(&t->out, e->connected.host);
	buf_printf(&t->out, "%s%s%s, %s\n/match text\n", peer[0] ? " [" : "", peer,
	    peer[0] ? "]" : "", when);
	t->begun = true;
	t->secrets_sent = 0;
	t->user[0] = '\0';
	t->mech[0] = t->host[0] = '\0';
	buf_consume(&t->said, buf_span(&t->said).len);
}

/* ---- a new connection beside the current one: its case is written when it has replaced that */

static void
transcript_hold(void *ctx, struct span text)
{
	buf_append(ctx, text);
}

static void
transcript_on_beside(struct transcript *t, struct event e)
{
	struct transcript_opts opts = t->opts;

	e.session -= SESSION_BESIDE;
	if (e.session > 1) {
		transcript_event(t, &e);
		return;
	}
	if (!t->beside) {
		opts.write = transcript_hold;
		opts.ctx = &t->held;
		opts.before = t->ncases;
		t->held.max = LINE_OUT_MAX;
		t->beside = transcript_new(&opts);
	}
	transcript_event(t->beside, &e);
}

static void
transcript_settle(struct transcript *t, bool took_place)
{
	struct transcript *beside = t->beside;

	t->beside = NULL;
	if (beside && took_place) {
		struct transcript ours = *t;
		ours.opts.write(ours.opts.ctx, buf_span(&ours.held));
		*t = *beside;
		t->opts = ours.opts;
		t->held = ours.held;
		*beside = ours;
		beside->held = (struct buf){ 0 };
	}
	buf_release(&t->held);
	transcript_free(beside);
}

void
transcript_event(void *ctx, const struct event *e)
{
	static void (*const sent[])(struct transcript *, const struct event *) = {
		[SENT_COMMAND] = transcript_command,
		[SENT_SECRET] = transcript_secret,
		[SENT_TEXT] = transcript_text,
		[SENT_OCTETS] = transcript_octets,
	};
	struct transcript *t = ctx;

	if (e->session > SESSION_BESIDE) {
		transcript_on_beside(t, *e);
		return;
	}
	if (e->kind == EVENT_SETTLED) {
		if (e->session <= 1)
			transcript_settle(t, e->err == ERR_NONE);
		return;
	}
	if (!t->begun && e->kind != EVENT_CONNECTED)
		return;
	switch (e->kind) {
	case EVENT_CONNECTED:
		transcript_connected(t, e);
		break;
	case EVENT_SENT:
		transcript_took(t);
		sent[e->sent.kind](t, e);
		break;
	case EVENT_REPLY:
		transcript_reply(t, e);
		transcript_note_took(t, e);
		break;
	case EVENT_TLS:
		transcript_comment(t, "TLS: ", e->shaken.info->version);
		break;
	case EVENT_CLOSED:
		transcript_took(t);
		if (!e->closed.expected)
			transcript_comment(t, "the server closed the connection", SPAN_NONE);
		break;
	default:
		return;
	}
	transcript_flush(t);
	arena_reset(&t->arena);
}
