/* why - the cause of a problem and what to do about it, below its line. */
#include "run/diagnosis/diagnose.h"
#include "ui/show/show_line.h"

/* Below a reply the whole sentence is shown, since the reply has only part of what was observed. */
void
show_diagnosis(struct screen *s, const struct event *e, const struct diagnosis *d)
{
	struct span what = e->kind == EVENT_REPLY ? diagnosis_sentence(d, &s->arena) :
						    diagnosis_below(d, &s->arena);
	struct flow f;

	if (s->terminal && what.len > 0) {
		f = show_aside(s, e);
		flow_put(&f, INK_PLAIN, arena_printf(&s->arena, "%.*s.", SPAN_ARG(what)));
		flow_end(&f);
		what = SPAN_NONE;
	}
	f = show_aside(s, e);
	if (what.len > 0)
		flow_put(&f, INK_PLAIN, arena_printf(&s->arena, "%.*s. ", SPAN_ARG(what)));
	show_next(&f, d);
	flow_end(&f);
}

void
show_next(struct flow *f, const struct diagnosis *d)
{
	struct screen *s = f->screen;
	const char *command = s->onlooker ? NULL : cause_row(d->cause)->prompt;
	struct span next = diagnosis_next(d, FOR_ANYONE, &s->arena);

	flow_put(f, INK_BOLD, SPAN("Next:"));
	flow_put(f, INK_PLAIN,
	    arena_printf(&s->arena, command ? " %.*s (%s)." : " %.*s.%s", SPAN_ARG(next),
		command ? command : ""));
	if (s->prompt)
		flow_right(f, INK_DIM, SPAN("/explain has more"), false);
}

/* Shows each cause once. */
void
show_why(struct screen *s, const struct event *e)
{
	if (e->diagnosis && screen_telling(s, cause_row(e->diagnosis->cause), 1) == TELL_FIRST)
		show_diagnosis(s, e, e->diagnosis);
}
