/*
 * What the prompt does with a line when its turn comes: it warns before the line is sent, and adds
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
	/* number of lines typed ahead, which are shown when sent */
	size_t ahead;
	struct shell_pipe pipe;		/* output goes to a command */
	struct buf written_out;		/* the last line that talk_expand spelled out */
};

/* Returns the line with abbreviations spelled out (shorthand.h), valid until the next call. */
struct span talk_expand(struct talk *, struct span line);
/*
 * Does what a typed line asks the shell to do: /!COMMAND, and "| COMMAND" after a command of the
 * prompt. Returns true when nothing is left to do. After a step, the pipe is removed from *line,
 * and shell_pipe_end must be called when the step has ended.
 */
bool talk_shell(struct talk *, struct span *line);
/* A player_opts.turn, for a line that was typed or comes from `place`. */
enum player_turn talk_turn(struct talk *, struct span *line, struct place, enum dialogue_mode);

/* Completion, hint and ghost, as in struct edit_view. */
size_t talk_complete(struct talk *, struct span line, struct buf *out);
struct span talk_hint(struct talk *, struct span line);
struct span talk_ghost(struct talk *, struct span line);
/* Returns whether a line may be kept and shown again, because it contains no secret. */
bool talk_may_keep(struct span line);

#endif
