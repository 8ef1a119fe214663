/*
 * /body and /bdat - send the message of an open transaction: with DATA and the final dot, or with
 * BDAT in chunks.
 */
#include "run/message/send.h"
#include "run/session/steps/transfer.h"

struct args {
	const char *file;
	struct span text;		/* of <<TAG; its lines end in LF */
	bool has_text, binary, forced;
	uint64_t size, chunk;
};

struct state {
	struct message message;
	struct transfer transfer;
};

static bool
body_word(struct args *a, struct cursor *c, struct span word, struct arena *arena, struct err *err)
{
	struct span value = word, name = span_until(&value, '=');

	if (span_starts(word, SPAN("<<"))) {
		struct span rest = c->rest;
		struct span tag = span_until(&rest, '\n');
		if (rest.at == tag.at + tag.len)
			return cursor_fail(c, err, "unterminated text: no line \"%.*s\"",
			    SPAN_ARG(span_skip(word, 2)));
		a->text = rest;
		a->has_text = true;
		c->rest = SPAN_NONE;
		return true;
	}
	if (span_eq(name, SPAN("size")) && span_has(word, '='))
		return send_size_parse(value, &a->size, err);
	if (span_eq(name, SPAN("chunk")) && span_has(word, '='))
		return send_size_parse(value, &a->chunk, err) &&
		    (a->chunk > 0 || cursor_fail(c, err, "a chunk must have at least one octet"));
	if (span_eq(word, SPAN("binary"))) {
		a->binary = true;
		return true;
	}
	if (a->chunk > 0 && span_eq(word, SPAN("force"))) {
		a->forced = true;
		return true;
	}
	if (a->file)
		return cursor_fail(c, err,
		    "unexpected argument \"%.*s\": only one file can be sent",
		    SPAN_ARG(span_first(word, 60)));
	a->file = arena_string(arena, word);
	return true;
}

static bool
body_parse_words(
    struct step *step, struct cursor *c, struct arena *arena, struct err *err, uint64_t chunk)
{
	struct args *a = ARENA_NEW(arena, struct args);

	a->chunk = chunk;
	step->args = a;
	/* Only the first line has words: the lines after <<TAG are text. */
	for (struct span word; c->rest.len > 0;) {
		struct span line = c->rest, all = c->rest;
		line = span_until(&all, '\n');
		word = span_word(&line);
		if (word.len == 0)
			break;
		c->rest = span_skip(c->rest, (size_t)(line.at - c->rest.at));
		if (!body_word(a, c, word, arena, err))
			return false;
	}
	if ((a->file != NULL) + (a->size > 0) + a->has_text != 1)
		return cursor_fail(c, err,
		    "expected a file, size=N, or <<TAG followed by the text and a line TAG, such "
		    "as /%s mail.eml",
		    step->op->name);
	return true;
}

static bool
body_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	return body_parse_words(step, c, arena, err, 0);
}

static bool
bdat_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	return body_parse_words(step, c, arena, err, 1ull << 62);
}

static bool
body_open(struct session *s, struct message *m, const struct args *a, struct err *err)
{
	struct compose plain = { .size = a->size, .helo = session_domain(s) };
	struct span rest = a->text, line;

	if (a->file)
		return message_file(m, a->file, FILE_REGULAR, a->binary, err);
	if (a->size)
		return compose(m, &plain, err);
	buf_init(&m->head, a->text.len * 2 + 2);
	while (span_line(&rest, &line)) {
		buf_append(&m->head, line);
		buf_append(&m->head, SPAN("\r\n"));
	}
	return message_finish(m, err);
}

static enum progress
body_start(struct session *s, const struct step *step, void *mem)
{
	struct state *st = mem;
	const struct args *a = step->args;
	const struct dialogue *d = session_dialogue(s);
	struct err err;

	st->message = MESSAGE_NONE;
	if (a->chunk > 0 && d->mode == MODE_MESSAGE)
		return session_fail(
		    s, ERR_USAGE, "DATA was already sent: use /body to send its text");
	if (a->chunk > 0 && !transfer_may_chunk(s, a->forced))
		return STEP_FAIL;
	if (!body_open(s, &st->message, a, &err))
		return session_fail(s, err.kind, "%s", err.text);
	st->transfer = (struct transfer){ .message = &st->message, .chunk = a->chunk,
		.replies = d->hello == VERB_LHLO && d->rcpts > 0 ? d->rcpts : 1 };
	return transfer_begin(s, &st->transfer, false);
}

static enum progress
body_on_news(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct state *st = mem;

	(void)step;
	return transfer_on_news(s, &st->transfer, news);
}

static void
body_release(void *mem)
{
	struct state *st = mem;

	message_release(&st->message);
	transfer_release(&st->transfer);
}

const struct step_op step_body = {
	.name = "body",
	.group = GROUP_MESSAGE,
	.args = "FILE|size=N|<<TAG",
	.help = "Send DATA and this message, dot-stuffed, with the final dot",
	.traits = STEP_NEEDS_CONN | STEP_SENDS_MESSAGE | STEP_NAMES_FILE | STEP_ENDS_TEXT,
	.verb = VERB_DATA,
	.state_size = sizeof(struct state),
	.parse = body_parse,
	.start = body_start,
	.on_news = body_on_news,
	.release = body_release,
};

const struct step_op step_bdat = {
	.name = "bdat",
	.group = GROUP_MESSAGE,
	.args = "FILE|size=N|<<TAG [chunk=N] [binary] [force]",
	.help = "Send this message with BDAT, in one or several chunks",
	.traits = STEP_NEEDS_CONN | STEP_NEEDS_COMMAND | STEP_SENDS_MESSAGE | STEP_NAMES_FILE |
	    STEP_ENDS_TEXT,
	.verb = VERB_BDAT,
	.state_size = sizeof(struct state),
	.parse = bdat_parse,
	.start = body_start,
	.on_news = body_on_news,
	.release = body_release,
};
