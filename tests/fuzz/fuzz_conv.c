/*
 * conv, in both roles: the first octet chooses the role, the second how the rest is cut into
 * pieces. However it is cut, the same events come.
 */
#include "fuzz.h"

#include "smtp/conv.h"

struct digest { unsigned events, codes, octets, tickets; };

static void
listen_for(struct conv *c, struct span command)
{
	unsigned long long octets;
	struct span rest = command, verb = span_word(&rest);

	if (span_eq_case(verb, SPAN("DATA")))
		conv_listen(c, CONV_LISTEN_MESSAGE, 0);
	else if (span_eq_case(verb, SPAN("BDAT")) && span_number(span_word(&rest), 1000, &octets))
		conv_listen(c, CONV_LISTEN_OCTETS, octets);
	else if (span_eq_case(verb, SPAN("AUTH")))
		conv_listen(c, CONV_LISTEN_ANSWER, 0);
}

static struct digest
play(enum conv_role role, struct span in, size_t piece)
{
	struct conv *c = conv_new(role);
	struct conv_event e;
	struct digest d = { 0 };

	if (role == CONV_CLIENT) {
		conv_send(c, SPAN("EHLO x"));
		conv_give_up(c, conv_send(c, SPAN("NOOP")));
		conv_wrote(c, conv_output(c).len);
	}
	while (in.len > 0) {
		conv_feed(c, span_first(in, piece));
		in = span_skip(in, piece);
		while (conv_next(c, &e)) {
			if (e.kind == CONV_COMMAND)
				listen_for(c, e.text);
			else if (e.kind == CONV_ANSWER)
				conv_listen(c, CONV_LISTEN_COMMAND, 0);
			d.events += e.kind != CONV_TEXT;
			d.codes = d.codes * 31 + e.reply.code;
			d.octets += (unsigned)e.text.len;
			d.tickets = d.tickets * 31 + e.ticket + e.late;
		}
	}
	PROMISE(conv_pending(c).len < 2u * CONV_REPLY_MAX);
	conv_free(c);
	return d;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	if (n < 2)
		return 0;
	enum conv_role role = octets[0] & 1 ? CONV_SERVER : CONV_CLIENT;
	struct span in = fuzz_span(octets + 2, n - 2);
	struct digest whole = play(role, in, in.len ? in.len : 1),
		      cut = play(role, in, 1u + octets[1] % 64);

	PROMISE(memcmp(&whole, &cut, sizeof whole) == 0);
	return 0;
}
