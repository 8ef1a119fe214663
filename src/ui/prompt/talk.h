/*
 * What the prompt does with one line in its turn: what it looks like is said before it goes, and
 * what may be kept is kept.
 */
#ifndef UI_PROMPT_TALK_H
#define UI_PROMPT_TALK_H

#include "smtp/lint.h"
#include "ui/edit/edit.h"
#include "ui/edit/history.h"
#include "ui/prompt/prompt.h"

struct talk {
	struct prompt commands;
	struct edit *edit;
	struct history history;
	struct lint_message message;
	bool auth_confirmed;		/* AUTH over what was not verified was asked about */
	char hint[200];
	/* lines that were typed before their turn came: shown when they go */
	size_t ahead;
};

/* player_opts.turn. False: the line does not go. */
bool talk_turn(void *talk, struct span line, enum dialogue_mode);

/* completion and hints, as struct edit_view has them. */
size_t talk_complete(struct talk *, struct span line, struct buf *out);
struct span talk_hint(struct talk *, struct span line);

#endif
