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
#include "ui/prompt/shell.h"
#include "ui/prompt/shorthand.h"

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
	struct shell_pipe pipe;		/* what is shown goes to a command */
	struct buf written_out;		/* the last line that talk_expand wrote out */
};

/* The line with what was typed short written out (shorthand.h); lives until the next call. */
struct span talk_expand(struct talk *, struct span line);
/*
 * Does what the shell is asked for in a line that was typed: /!COMMAND, and "| COMMAND" behind a
 * command of the prompt. True: nothing is left to do. Behind a step the pipe is taken off *line;
 * shell_pipe_end is called when the step has ended.
 */
bool talk_shell(struct talk *, struct span *line);
/* player_opts.turn, for a line that was typed or comes from `place`. */
enum player_turn talk_turn(struct talk *, struct span *line, struct place, enum dialogue_mode);

/* completion and hints, as in struct edit_view */
size_t talk_complete(struct talk *, struct span line, struct buf *out);
struct span talk_hint(struct talk *, struct span line);
struct span talk_ghost(struct talk *, struct span line);
/* Whether a line may be kept and shown again: it holds no secret. */
bool talk_may_keep(struct span line);

#endif
