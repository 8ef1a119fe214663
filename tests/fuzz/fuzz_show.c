/*
 * What a peer said, shown: whatever the octets are, the text has no control octet but the line end and is UTF-8, and the
 * JSON is one object a line, in ASCII.
 */
#include "fuzz.h"

#include <stdio.h>

#include "base/text.h"
#include "smtp/conv.h"
#include "ui/show/json.h"
#include "ui/show/screen.h"

struct shown {
	struct screen screen;
	struct json *json;
};

static void
show(struct shown *to, struct event *e)
{
	e->session = 1;
	show_event(&to->screen, e);
	json_event(to->json, e);
}

static void
show_words(struct shown *to, struct span words)
{
	static const enum event_kind kinds[] = { EVENT_NOTE, EVENT_PROBLEM, EVENT_UNSENT, EVENT_COMMAND, EVENT_ANSWERED };
	struct event sent = { .kind = EVENT_SENT, .sent = { .text = words } }, closed = { .kind = EVENT_CLOSED, .closed = { .rest = words } };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		show(to, &(struct event){ .kind = kinds[i], .text = words });
	for (unsigned kind = SENT_COMMAND; kind <= SENT_SECRET; kind++) {
		sent.sent.kind = (enum sent_kind)kind;
		show(to, &sent);
	}
	closed.closed.by = CLOSED_BY_PEER;
	show(to, &closed);
}

static void
show_delivery(struct shown *to, struct span words, const struct reply *r)
{
	struct verdict rows[FATE_UNKNOWN + 1];
	struct event e = { .kind = EVENT_DELIVERY };

	for (unsigned fate = 0; fate <= FATE_UNKNOWN; fate++)
		rows[fate] = (struct verdict){ .address = words, .fate = (enum fate)fate, .code = r ? r->code : 0, .text = r ? r->line[0] : words };
	e.delivery.from = e.delivery.text = e.delivery.queue_id = words;
	e.delivery.rcpt = rows;
	e.delivery.nrcpts = FATE_UNKNOWN + 1;
	e.delivery.accepted = e.delivery.unknown = e.delivery.tried = 1;
	e.delivery.fate = FATE_UNKNOWN;
	show(to, &e);
}

static void
show_replies(struct shown *to, struct span octets)
{
	struct conv *conv = conv_new(CONV_CLIENT);
	struct conv_event heard;

	conv_feed(conv, span_first(octets, CONV_REPLY_MAX));
	while (conv_next(conv, &heard)) {
		struct event e = { .kind = EVENT_REPLY };
		e.answer.reply = &heard.reply;
		e.answer.raw = heard.reply.raw;
		e.answer.surprise = heard.ticket == 0;
		e.answer.banner = heard.ticket == CONV_BANNER;
		show(to, &e);
		show_delivery(to, octets, &heard.reply);
	}
	conv_free(conv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const struct look look = { .color = WHEN_NEVER, .verbose = 1 };
	struct span in = fuzz_span(octets, n < 4096 ? n : 4096), rest;
	char *text = NULL, *objects = NULL;
	size_t ntext = 0, nobjects = 0, len;
	FILE *out = open_memstream(&text, &ntext), *lines = open_memstream(&objects, &nobjects);
	struct shown to = { .json = json_new(lines) };

	screen_init(&to.screen, out, &look);
	show_words(&to, in);
	show_delivery(&to, in, NULL);
	show_replies(&to, in);
	screen_release(&to.screen);
	json_free(to.json);
	fclose(out);
	fclose(lines);
	for (rest = (struct span){ text, ntext }; rest.len > 0; rest = span_skip(rest, len)) {
		unsigned long c = text_char(rest, &len);
		PROMISE(c == '\n' || (c >= 0x20 && c != 0x7F && !(c >= 0x80 && c < 0xA0)));
	}
	PROMISE(text_is_utf8((struct span){ text, ntext }));
	for (size_t i = 0; i < nobjects; i++)
		PROMISE(objects[i] == '\n' || (objects[i] >= 0x20 && objects[i] < 0x7F));
	for (size_t i = 0; i < nobjects; i++)
		if (objects[i] == '\n')
			PROMISE(i > 0 && objects[i - 1] == '}' && (i + 1 == nobjects || objects[i + 1] == '{'));
	free(text);
	free(objects);
	return 0;
}
