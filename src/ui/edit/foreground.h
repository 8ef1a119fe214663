/*
 * Runs another program of the user's and waits for it: an editor for a text, a pager for what is
 * taller than the screen. The terminal must have been lent to it (edit_lend).
 */
#ifndef UI_EDIT_FOREGROUND_H
#define UI_EDIT_FOREGROUND_H

#include "ui/show/screen.h"

enum { EDITOR_TEXT_MAX = 1 << 20 };

/*
 * Has the user write a text with $VISUAL, else $EDITOR, else vi, in an empty file of ours (mode
 * 0600) that is removed afterwards. The text lives in the arena. False with err: the editor could
 * not be started, failed, or wrote more than EDITOR_TEXT_MAX octets.
 */
bool editor_write(struct arena *, struct span *text, struct err *);

/*
 * Runs a command by sh -c, with `input` as its standard input (-1: ours), and waits for it. *status
 * is its exit status, or 128 and its signal. False with err: it could not be started.
 */
bool foreground_shell(struct span command, int input, int *status, struct err *);

/*
 * Shows what is taller than the screen in $PAGER, else less: output is held back from pager_begin
 * on, and shown by pager_end. Where $PAGER is empty, or without a terminal, both do nothing.
 */
struct pager {
	struct screen_held held;
};

void pager_begin(struct pager *, struct screen *);
/*
 * True: it was shown, paged or not. False with err: the pager failed, and it was shown without
 * one.
 */
bool pager_end(struct pager *, struct screen *, void (*lend)(void *ctx),
    void (*take_back)(void *ctx), void *ctx, struct err *err);

#endif
