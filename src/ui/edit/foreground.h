/*
 * Another program of the person's, for which ours waits: an editor for a text, a pager for what is
 * taller than the screen. The terminal must have been lent to it (edit_lend).
 */
#ifndef UI_EDIT_FOREGROUND_H
#define UI_EDIT_FOREGROUND_H

#include "ui/show/screen.h"

enum { EDITOR_TEXT_MAX = 1 << 20 };

/*
 * A text by $VISUAL, else $EDITOR, else vi. Runs it on an empty file of ours, mode 0600, that is
 * removed behind it, and waits for its end: the terminal must have been lent to it (edit_lend).
 * What was written is in the arena. False with err when it cannot be started or ends in a failure,
 * or wrote more than EDITOR_TEXT_MAX octets.
 */
bool editor_write(struct arena *, struct span *text, struct err *);

/*
 * What is taller than the screen goes through $PAGER, where that is set: it is held back from
 * pager_begin on, and shown by pager_end. Without $PAGER, or without a terminal, both do nothing.
 */
struct pager {
	FILE *out;	  /* the screen's own; NULL: nothing is held back */
	unsigned columns; /* as they were set */
	void (*hide)(void *ctx);
};

void pager_begin(struct pager *, struct screen *);
/*
 * True: it was shown, or did not need to be paged. False with err: the pager failed, and it was
 * shown without one.
 */
bool pager_end(struct pager *, struct screen *, void (*lend)(void *ctx),
    void (*take_back)(void *ctx), void *ctx, struct err *err);

#endif
