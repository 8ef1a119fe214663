/*
 * Runs another program for the user and waits for it: an editor to write a text, a pager for output
 * taller than the screen. The terminal must have been lent to it (edit_lend).
 */
#ifndef UI_EDIT_FOREGROUND_H
#define UI_EDIT_FOREGROUND_H

#include "ui/show/screen.h"

enum { EDITOR_TEXT_MAX = 1 << 20 };

/*
 * Lets the user write a text with $VISUAL, else $EDITOR, else vi, in an empty temporary file (mode
 * 0600), which is removed afterwards. The text is allocated in the arena. Returns false and sets
 * err when the editor could not be started, failed, or wrote more than EDITOR_TEXT_MAX bytes.
 */
bool editor_write(struct arena *, struct span *text, struct err *);

/*
 * Runs a command with sh -c, with `input` as its standard input (-1: ours), and waits for it. Sets
 * *status to its exit status, or to 128 plus the number of the signal that killed it. Returns false
 * and sets err when it could not be started.
 */
bool foreground_shell(struct span command, int input, int *status, struct err *);

/*
 * Shows output that is taller than the screen in $PAGER, else in less. Output is held back from
 * pager_begin until pager_end shows it. Both do nothing when $PAGER is empty or there is no capable
 * terminal.
 */
struct pager {
	struct screen_held held;
};

void pager_begin(struct pager *, struct screen *);
/*
 * Shows the held output, in the pager when it is taller than the screen, which gets the terminal
 * between `lend` and `take_back`. Returns false and sets err when the program in $PAGER failed; the
 * output was then shown without it.
 */
bool pager_end(struct pager *, struct screen *, void (*lend)(void *ctx),
    void (*take_back)(void *ctx), void *ctx, struct err *err);

#endif
