/* dane - what the TLSA records make of the certificates that the server showed, a line each. */
#include "net/tls_dane.h"
#include "ui/show/show_line.h"

enum { DATA_SHOWN = 8 };	/* octets; /mx shows all */

static void
put_record(struct flow *f, const struct tlsa *r)
{
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
		flow_print(&f, INK_DIM, r->depth == 0 ? " the server's certificate" : " a CA of its chain (depth %d)", r->depth);
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
	static const struct { bool bad; const char *text; } whole[] = {
		[DANE_NONE] = { false, "DANE: no TLSA record" }, [DANE_UNKNOWN] = { true, "DANE: the TLSA records could not be asked for" },
		[DANE_INSECURE] = { false, "DANE: the records are not secure (no DNSSEC), so they count for nothing (RFC 7672 2.2)" },
		[DANE_UNUSABLE] = { false, "DANE: no record is usable, so any certificate will do (RFC 7672 2.2)" },
		[DANE_MISMATCHED] = { true, "DANE: no TLSA record matches what the server showed" }, [DANE_MATCHED] = { false, NULL },
	};

	for (size_t i = 0; i < d->n; i++)
		show_record(s, e, &d->result[i]);
	if (!whole[d->state].text)
		return;
	struct flow f = show_begin(s, whole[d->state].bad ? MARK_PROBLEM : MARK_NOTE, e);
	flow_print(&f, whole[d->state].bad ? INK_BAD : INK_PLAIN, "%s", whole[d->state].text);
	if (d->name.len > 0) {
		flow_print(&f, INK_DIM, ", at ");
		flow_put(&f, INK_DIM, d->name);
	}
	if (d->why.len > 0) {
		flow_print(&f, INK_DIM, ": ");
		flow_put(&f, INK_DIM, d->why);
	}
	flow_end(&f);
}
