/*
 * What was typed ahead of what it hangs on. A line that is not sent after all comes back: the first
 * one into the editor, the others are shown; but where some of it was typed unseen, none of it is.
 */
#ifndef UI_PROMPT_AHEAD_H
#define UI_PROMPT_AHEAD_H

#include "ui/prompt/talk.h"

struct ahead {
	struct buf text;		/* what comes back, each line ended by LF */
	size_t unseen;			/* of the lines that wait, those that were typed unseen */
	size_t hushed;			/* lines that come back and are not shown */
	bool hush;			/* so it is with all that follows */
	/* message text behind a DATA that was refused is dropped up to its lone dot */
	bool skipping;
};

void ahead_release(struct ahead *);
/* A failure is shown now: lines that wait in the terminal were typed ahead of it too. */
void ahead_failed(struct ahead *, struct edit *, const struct event *);
void ahead_came_back(struct ahead *, struct span line);
/*
 * A line's turn has come. False: it was typed unseen as an answer, and is none any more: it is
 * never sent as a command.
 */
bool ahead_turn(struct ahead *, struct place, enum dialogue_mode);
/*
 * Was the line that edit_read gave last typed before a failure was shown? It comes back, or is
 * dropped, then.
 */
bool ahead_is_late(struct ahead *, const struct edit *, struct span line, bool unseen);
void ahead_give_back(struct ahead *, struct talk *, bool into_editor);

#endif
