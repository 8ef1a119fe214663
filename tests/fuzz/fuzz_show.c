/*
 * What a peer said, shown: replies, commands, what was left at the end, and what a delivery came
 * to.
 */
#include "fuzz_show.h"

#include "smtp/conv.h"

static void
show_words(struct shown *to, struct span words)
{
	static const enum event_kind kinds[] = { EVENT_NOTE, EVENT_PROBLEM, EVENT_UNSENT,
		EVENT_COMMAND, EVENT_ANSWERED };
	struct event sent = { .kind = EVENT_SENT, .sent = { .text = words } },
		     closed = { .kind = EVENT_CLOSED, .closed = { .rest = words } };

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
		rows[fate] = (struct verdict){ .address = words,
			.fate = (enum fate)fate,
			.code = r ? r->code : 0,
			.text = r ? r->line[0] : words };
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
	struct span in = fuzz_span(octets, n < 4096 ? n : 4096);
	struct shown to = { 0 };

	shown_begin(&to);
	show_words(&to, in);
	show_delivery(&to, in, NULL);
	show_replies(&to, in);
	shown_end(&to);
	return 0;
}
