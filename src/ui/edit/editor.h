/* A text that the person writes in an editor of theirs: $VISUAL, else $EDITOR, else vi. */
#ifndef UI_EDIT_EDITOR_H
#define UI_EDIT_EDITOR_H

#include "base/arena.h"
#include "base/err.h"

enum { EDITOR_TEXT_MAX = 1 << 20 };

/*
 * Runs it on an empty file of ours, mode 0600, that is removed behind it, and waits for its end:
 * the terminal must have been lent to it (edit_lend). What was written is in the arena. False with
 * err when it cannot be started or ends in a failure, or wrote more than EDITOR_TEXT_MAX octets.
 */
bool editor_write(struct arena *, struct span *text, struct err *);

#endif
