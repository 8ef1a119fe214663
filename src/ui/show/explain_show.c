/* explain_show - an explanation, as a person reads it. */
#include "ui/show/explain.h"
#include "ui/show/flow.h"

static void
show_one(struct screen *s, const struct explanation *e)
{
	struct flow f = flow_begin(s, 0, 4);

	flow_put(&f, INK_BOLD, e->name);
	flow_print(&f, INK_DIM, " (%s) ", e->kind);
	flow_put(&f, INK_PLAIN, e->text);
	flow_end(&f);
	for (size_t i = 0; i < e->nfacts; i++) {
		screen_print(s, "    ");
		f = flow_begin(s, 4, 17);
		flow_print(&f, INK_DIM, "%s", e->fact[i].label);
		flow_pad(&f, 17);
		flow_put(&f, INK_PLAIN, e->fact[i].text);
		flow_end(&f);
	}
}

void
explain_show(struct screen *s, const struct explanation *e)
{
	for (; e; e = e->next)
		show_one(s, e);
	arena_reset(&s->arena);
}
