/*
 * What is taller than the screen goes through $PAGER, where that is set: it is held back from
 * pager_begin on, and shown by pager_end. Without $PAGER, or without a terminal, both do nothing.
 */
#ifndef UI_EDIT_PAGER_H
#define UI_EDIT_PAGER_H

#include "ui/show/screen.h"

struct pager {
	FILE *out;			/* the screen's own; NULL: nothing is held back */
	unsigned columns;		/* as they were set */
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
