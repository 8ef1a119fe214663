/*
 * What the prompt does with one line when its turn comes: warnings before it is sent, and adding
 * it to the history if allowed.
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
	/* the user confirmed AUTH over an unverified connection */
	bool auth_confirmed;
	char hint[200];
	/* lines typed ahead, which are shown when sent */
	size_t ahead;
};

/* player_opts.turn. False: the line is not sent. */
bool talk_turn(void *talk, struct span line, enum dialogue_mode);

/* completion and hints, as in struct edit_view */
size_t talk_complete(struct talk *, struct span line, struct buf *out);
struct span talk_hint(struct talk *, struct span line);

#endif
