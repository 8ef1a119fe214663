/* delivery - what became of a message: one line per recipient, and a sentence for the whole. */
#include "base/text.h"
#include "ui/show/show_line.h"

enum { ADDRESS_COLUMNS = 40 };

static unsigned
address_columns(struct screen *s, const struct event *e)
{
	unsigned most = 0;

	for (size_t i = 0; i < e->delivery.nrcpts; i++) {
		unsigned width = text_width(text_safe(&s->arena, e->delivery.rcpt[i].address));
		most = width > most ? width : most;
	}
	return most < ADDRESS_COLUMNS ? most : ADDRESS_COLUMNS;
}

static void
show_verdict(struct screen *s, const struct event *e, const struct verdict *v, unsigned columns)
{
	struct flow f = show_begin(s, MARK_NOTE, e);
	unsigned start = f.column + 2;

	flow_pad(&f, start);
	flow_put(&f, INK_PLAIN, v->address);
	flow_pad(&f, start + columns + 2);
	flow_put(&f,
	    v->fate == FATE_ACCEPTED	 ? INK_GOOD :
		v->fate == FATE_DEFERRED ? INK_WARN :
					   INK_BAD,
	    span_of(fate_text(v->fate)));
	flow_pad(&f, start + columns + 13);
	if (v->code)
		flow_print(&f, INK_PLAIN, "%03u", v->code);
	/* the dialogue above has the full text */
	struct span text = text_safe(&s->arena, v->text);
	if (s->terminal && s->verbose >= 0)
		text = text_fit(text, f.width > f.column + 1 ? f.width - f.column - 1 : 1);
	flow_put(&f, INK_PLAIN, SPAN(" "));
	flow_put(&f, INK_PLAIN, text);
	flow_end(&f);
}

static void
show_whole(struct screen *s, const struct event *e)
{
	char size[24], took[24];
	size_t all = e->delivery.nrcpts, good = e->delivery.accepted;
	struct span id = text_safe(&s->arena, e->delivery.queue_id);
	struct flow f = show_begin(s, MARK_NOTE, e);

	text_size(size, e->delivery.octets);
	text_time(took, e->delivery.took_us);
	flow_print(&f, good == all ? INK_GOOD : INK_WARN, "accepted for delivery");
	if (all > 1 && good == all)
		flow_print(&f, INK_PLAIN, " to all %zu recipients", all);
	else if (all > 1)
		flow_print(&f, INK_PLAIN, " to %zu of %zu recipients", good, all);
	if (id.len > 0)
		flow_print(&f, INK_PLAIN, " as %.*s", SPAN_ARG(id));
	flow_print(&f, INK_PLAIN, ": %s in %s; see the server's log for delivery status", size,
	    took);
	flow_end(&f);
}

static void
show_unknown(struct screen *s, const struct event *e)
{
	size_t all = e->delivery.nrcpts, n = e->delivery.unknown;

	if (n < all)
		show_line(s, MARK_PROBLEM, e,
		    "message status unknown for %zu of %zu recipients (see the table)", n, all);
	else
		show_line(s, MARK_PROBLEM, e, "message status unknown: it may or may not be "
		    "delivered");
}

void
show_delivery(struct screen *s, const struct event *e)
{
	unsigned columns = address_columns(s, e);

	if (e->delivery.nrcpts > 1 || !e->delivery.tried || e->delivery.accepted == 0)
		for (size_t i = 0; i < e->delivery.nrcpts; i++)
			show_verdict(s, e, &e->delivery.rcpt[i], columns);
	if (!e->delivery.tried)
		show_line(s, MARK_NOTE, e, "no message sent, as requested");
	else if (e->delivery.accepted > 0)
		show_whole(s, e);
	if (e->delivery.unknown > 0)
		show_unknown(s, e);
	else if (e->delivery.tried && e->delivery.accepted == 0)
		show_line(s, MARK_PROBLEM, e, "%s",
		    e->delivery.ended ? "message not accepted for any recipient" :
					"message not sent");
}
