/* dane - what the TLSA records make of the certificates that the server showed, a line each. */
#include "run/route/dane.h"
#include "ui/show/show_line.h"

enum { DATA_SHOWN = 8 };	/* octets; /mx shows all */

static void
put_record(struct flow *f, const struct tlsa *r)
{
	if (r->malformed) {
		flow_print(f, INK_PLAIN, "DANE: a TLSA record ");
		return;
	}
	flow_print(f, INK_PLAIN, "DANE: %u %u %u ", r->usage, r->selector, r->matching);
	for (size_t i = 0; i < r->data.len && i < DATA_SHOWN; i++)
		flow_print(f, INK_PLAIN, "%02x", (unsigned char)r->data.at[i]);
	flow_print(f, INK_PLAIN, r->data.len > DATA_SHOWN ? "… " : " ");
}

static void
show_record(struct screen *s, const struct event *e, const struct tlsa_result *r)
{
	struct flow f = show_begin(s, MARK_NOTE, e);

	put_record(&f, &r->record);
	switch (r->verdict) {
	case TLSA_MATCHES:
		flow_print(&f, INK_GOOD, "matches");
		flow_print(&f, INK_DIM,
		    r->depth == 0 ? " the server's certificate" : " a CA of its chain (depth %d)",
		    r->depth);
		break;
	case TLSA_DIFFERS:
		flow_print(&f, INK_WARN, "does not match");
		break;
	case TLSA_UNUSABLE:
		flow_print(&f, INK_WARN, "is unusable");
		break;
	}
	if (r->why.len > 0)
		flow_print(&f, INK_DIM, ": %.*s", SPAN_ARG(r->why));
	flow_end(&f);
}

void
show_dane(struct screen *s, const struct event *e, const struct tls_dane *d)
{
	bool bad = d->state == DANE_FAILED || d->state == DANE_MISMATCHED;
	struct span who = dane_resolver(d, &s->arena);

	for (size_t i = 0; i < d->n; i++)
		show_record(s, e, &d->result[i]);
	struct flow f = show_begin(s, bad ? MARK_PROBLEM : MARK_NOTE, e);
	struct span text = dane_sentence(d, &s->arena);
	flow_print(&f, bad ? INK_BAD : INK_PLAIN, "DANE: ");
	flow_put(&f, bad ? INK_BAD : INK_PLAIN, text);
	if (d->state == DANE_NONE && d->name.len > 0 && d->why.len > 0) {
		flow_print(&f, INK_DIM, ": ");
		flow_put(&f, INK_DIM, d->why);
	}
	if (who.len > 0 && d->state != DANE_UNKNOWN)
		flow_print(&f, INK_DIM, " (asked %.*s)", SPAN_ARG(who));
	flow_end(&f);
}
