/* A question that a session puts to the person: it stands instead of the prompt until it is answered. */
#ifndef UI_PROMPT_QUESTION_H
#define UI_PROMPT_QUESTION_H

#include "ui/prompt/prompt.h"
#include "ui/edit/edit.h"

struct question {
	bool asking;
	bool secret;			/* the answer is typed unseen */
	bool of_text;			/* many lines, which /edit writes in the person's editor */
	char words[200];
	struct edit_piece piece[3];
};

void question_put(struct question *, const struct event *);		/* EVENT_QUESTION */
const struct edit_piece *question_prompt(struct question *);
void question_answer(struct question *, struct prompt *, struct span line);	/* may ask again */

#endif
