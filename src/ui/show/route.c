/* route - where a target is: the MX hosts and addresses that were found. */
#include "base/text.h"
#include "run/route/route.h"
#include "ui/show/show_line.h"

enum { HOPS_UNASKED = 12 };

static bool
is_current(const struct event *e, const struct route_hop *hop, const struct addr *addr)
{
	char one[ADDR_TEXT], other[ADDR_TEXT];

	return e->resolved.hop && span_eq(e->resolved.hop->host, hop->host) &&
	    e->resolved.peer.len > 0 &&
	    strcmp(addr_text(addr, one), addr_text(&e->resolved.peer, other)) == 0;
}

/* Shows one line per address, numbered for /use; preference and host only on the first. */
static void
show_hop(struct screen *s, const struct event *e, const struct route_hop *hop, unsigned width,
    unsigned *number)
{
	char host[ADDR_TEXT];

	for (size_t i = 0; i < hop->naddr; i++) {
		struct flow f = show_below(s, e);
		struct span name = i == 0 ? text_safe(&s->arena, hop->host) : SPAN("");
		unsigned pad = width > text_width(name) ? width - text_width(name) : 0;
		flow_verbatim(&f, INK_DIM, arena_printf(&s->arena, "%3u ", ++*number));
		if (e->resolved.route->mx)
			flow_verbatim(&f, INK_PLAIN,
			    i > 0 ? SPAN("       ") :
				    arena_printf(&s->arena, "%6u ", hop->preference));
		flow_verbatim(&f, INK_PLAIN,
		    arena_printf(&s->arena, "%.*s%*s  %s", SPAN_ARG(name), (int)pad, "",
			addr_host(&hop->addr[i], host)));
		if (is_current(e, hop, &hop->addr[i]))
			flow_print(&f, INK_DIM, " (this connection)");
		flow_end(&f);
	}
}

static void
show_table(struct screen *s, const struct event *e)
{
	const struct route *r = e->resolved.route;
	struct flow f = show_begin(s, MARK_NOTE, e);
	unsigned width = 0, number = 0;
	char took[24];

	text_time(took, r->took_us);
	flow_print(&f, INK_DIM, r->mx ? "mail for " : "addresses of ");
	flow_put(&f, INK_PLAIN, r->name);
	flow_print(&f, INK_DIM,
	    r->mx ? " goes to these MX, best first (%s)" : ", in order (%s)", took);
	flow_end(&f);
	for (size_t i = 0; i < r->nhops; i++) {
		unsigned columns = text_width(text_safe(&s->arena, r->hop[i].host));
		width = columns > width && columns <= 50 ? columns : width;
	}
	size_t shown = 0, all = e->resolved.asked || s->verbose > 0 ? r->nhops : HOPS_UNASKED;
	for (; shown < r->nhops && shown < all; shown++)
		show_hop(s, e, &r->hop[shown], width, &number);
	if (shown < r->nhops)
		show_line(s, MARK_NOTE, e, "and %zu more; /mx lists all", r->nhops - shown);
}

/* A name with one address needs no table: the next line shows where the connection goes. */
void
show_route(struct screen *s, const struct event *e)
{
	const struct route *r = e->resolved.route;
	bool many = r->nhops > 1 || r->hop[0].naddr > 1;

	if (r->nhops == 0)
		return;
	if (e->resolved.asked || r->mx ||
	    (r->hop[0].found && r->hop[0].found->source == HOST_DNS && (many || s->verbose > 0)))
		show_table(s, e);
}
