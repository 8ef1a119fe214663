/*
 * transcript_sent - what was sent, as C: lines: commands, messages and their chunks, and in place
 * of secrets a function.
 */
#include "base/text.h"
#include "run/message/message.h"
#include "run/script/transcript_priv.h"
#include "smtp/auth.h"
#include "smtp/body.h"
#include "smtp/verb.h"

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

static void
write_sent(struct transcript *t, const struct event *e, struct span line)
{
	write_octets(t, e, line, true);
}

/* The secrets that stand in a response as a script has it. */
static void
declare_secrets(struct transcript *t, struct span script)
{
	static const char *const names[] = { "user", "password", "token" };
	bool token = span_find(script, SPAN(" token")).len > 0;

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if ((i == 0 || token == (i == 2)) && !(t->secrets_said & 1u << i)) {
			buf_printf(&t->out, "/secret %s\n", names[i]);
			t->secrets_said |= 1u << i;
		}
}

static void
write_secret(struct transcript *t, const struct event *e)
{
	struct span rest = e->sent.text, verb = span_word(&rest), mech = span_word(&rest);
	bool auth = span_eq_case(verb, SPAN("AUTH"));

	if (!auth_is_name(mech))
		mech = SPAN_NONE;		/* all behind AUTH is hidden */
	/* a script's own function stands there already */
	if (span_find(e->sent.text, SPAN("{{")).len > 0) {
		declare_secrets(t, e->sent.text);
		transcript_mark(t, 'C', e, "");
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
	const struct mechanism *m = mechanism_named(span_of(t->mech));
	const char *script = m && t->responses < MECHANISM_STEPS ? m->script[t->responses] : NULL;
	if (!script)
		script = "{{:b64}}";
	if (!bare)
		declare_secrets(t, span_of(script));
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

/* Up to a CRLF, which is taken off; without one, the rest. */
static struct span
next_line(struct span *rest, bool *crlf)
{
	struct span end = span_find(*rest, SPAN("\r\n")),
		    line = span_first(*rest, rest->len - end.len);

	*crlf = end.len > 0;
	*rest = span_skip(*rest, line.len + (*crlf ? 2 : 0));
	return line;
}

static void
write_text(struct transcript *t, const struct event *e)
{
	bool dot = body_is_end(e->sent.text);

	/*
	 * Octets of a script's `C\:` bring their own line ends; to any other line its end was
	 * added.
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
		write_sent(t, e, e->sent.text);
		return;
	}
	if (!dot) {
		t->body_octets += e->sent.octets;
		return;
	}
	buf_printf(&t->out, "# a message of %llu octets was sent here and is not kept\n",
	    (unsigned long long)t->body_octets);
	transcript_mark(t, 'C', e, "");
	buf_append(&t->out, SPAN(".\n"));
	t->body_octets = 0;
}

/* All of a message; false: it is not kept. */
static bool
read_message(const struct message *m, struct buf *out)
{
	struct message_reader reader = { 0 };
	size_t n, room;
	struct err err;

	if (m->facts.octets > TRANSCRIPT_KEPT_MAX)
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
		write_sent(t, e, body_line(&t->arena, line));
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
	buf_printf(&t->out,
	    "# %llu octets were sent here and are not kept: ", (unsigned long long)e->sent.octets);
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

void
transcript_sent(struct transcript *t, const struct event *e)
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
