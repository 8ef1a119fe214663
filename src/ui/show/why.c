/* why - the cause of what went wrong and what to do about it, below its line. */
#include "run/diagnosis/diagnose.h"
#include "ui/show/show_line.h"

/* Where nobody types, the command is left out. A reply says only a part of what was observed. */
void
show_diagnosis(struct screen *s, const struct event *e, const struct diagnosis *d)
{
	const char *command = s->onlooker ? NULL : cause_row(d->cause)->prompt;
	struct span text = e->kind == EVENT_REPLY ? diagnosis_text(d, &s->arena) :
						    diagnosis_text_below(d, &s->arena);
	struct flow f = show_below(s, e);

	flow_print(&f, INK_DIM, "%.*s%s%s%s.", SPAN_ARG(text), command ? " (" : "",
	    command ? command : "", command ? ")" : "");
	flow_end(&f);
}

/* Once a connection for each cause. */
void
show_why(struct screen *s, const struct event *e)
{
	if (e->diagnosis && screen_telling(s, cause_row(e->diagnosis->cause), 1) == TELL_FIRST)
		show_diagnosis(s, e, e->diagnosis);
}
