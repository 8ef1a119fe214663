/* question - what a session asks the person. */
#include "ui/prompt/question.h"

#include <stdio.h>

#include "base/text.h"

void
question_put(struct question *q, const struct event *event)
{
	struct arena arena = { 0 };

	snprintf(q->words, sizeof q->words, "%.*s", SPAN_ARG(span_trim(text_safe(&arena, event->question.prompt))));
	arena_release(&arena);
	q->asking = true;
	q->secret = event->question.secret;
	q->of_text = event->question.text;
}

const struct edit_piece *
question_prompt(struct question *q)
{
	q->piece[0] = (struct edit_piece){ q->words, "1" };
	q->piece[1] = (struct edit_piece){ " ", NULL };
	q->piece[2] = (struct edit_piece){ NULL, NULL };
	return q->piece;
}

void
question_answer(struct question *q, struct prompt *p, struct span line)
{
	struct arena arena = { 0 };

	if (!q->of_text || !span_eq(span_trim(line), SPAN("/edit")) || prompt_write_text(p, &arena, &line)) {
		q->asking = false;
		player_answer(p->player, line);
	}
	arena_release(&arena);
}
