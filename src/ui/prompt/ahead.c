/* ahead - what was typed ahead, and comes back. */
#include "ui/prompt/ahead.h"
#include "smtp/body.h"

void
ahead_release(struct ahead *a)
{
	buf_release(&a->text);
}

void
ahead_failed(struct ahead *a, struct edit *edit, const struct event *event)
{
	const struct step *step = event->step;

	edit_mark(edit);
	a->skipping = event->kind == EVENT_STEP_ENDED && step &&
	    (step->op->traits & STEP_IS_LINE) && verb_of(step->text, NULL) == VERB_DATA;
}

void
ahead_came_back(struct ahead *a, struct span line)
{
	if (a->hush || a->unseen > 0) {
		a->hushed++;
		return;
	}
	buf_append(&a->text, line);
	buf_append(&a->text, SPAN("\n"));
}

bool
ahead_turn(struct ahead *a, struct place place, enum dialogue_mode mode)
{
	if (place.file != place_unseen)
		return true;
	a->unseen -= a->unseen > 0;
	a->hush |= mode != MODE_ANSWER;
	return mode == MODE_ANSWER;
}

bool
ahead_is_late(struct ahead *a, const struct edit *edit, struct span line, bool unseen)
{
	if (!edit_before_mark(edit) || edit_more(edit))
		return false;
	a->hush |= unseen;
	if (!a->skipping)
		ahead_came_back(a, line);
	a->skipping &= !body_is_end(line);
	return true;
}

static void
show_lines(struct screen *s, struct span lines)
{
	for (struct span line; span_line(&lines, &line);) {
		screen_print(s, "        ");
		screen_put(s, line);
		screen_print(s, "\n");
	}
	arena_reset(&s->arena);
}

static void
show_again(struct talk *t, struct span all, bool into_editor)
{
	struct span rest = all, line;
	size_t n = 0;

	while (span_line(&rest, &line))
		n++;
	if (into_editor) {
		span_line(&all, &line);
		edit_insert(t->edit, line);
	}
	prompt_problem(&t->commands, "not sent, %zu line%s%s", n, n == 1 ? "" : "s",
	    !into_editor ? ":" :
		n == 1	 ? ": it is in the editor again" :
			   ": the first is in the editor again, the others were");
	show_lines(t->commands.screen, all);
}

void
ahead_give_back(struct ahead *a, struct talk *t, bool into_editor)
{
	struct span all = buf_span(&a->text);

	if (a->hushed > 0)
		prompt_problem(&t->commands,
		    "not sent: %zu line%s typed ahead, dropped because not all of it was shown",
		    a->hushed, a->hushed == 1 ? "" : "s");
	if (a->hushed > 0 || all.len > 0 || !player_busy(t->commands.player)) {
		t->ahead = a->hushed = a->unseen = 0;
		a->hush = false;
	}
	if (all.len == 0)
		return;
	show_again(t, all, into_editor && edit_line_is_empty(t->edit));
	buf_consume(&a->text, all.len);
}
