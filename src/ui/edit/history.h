/* The lines typed at the prompt before: a file of the user's, plain lines, the newest last. */
#ifndef UI_EDIT_HISTORY_H
#define UI_EDIT_HISTORY_H

#include "base/buf.h"
#include "base/err.h"

enum { HISTORY_LINES = 1000, HISTORY_MAX = 1 << 20 };

struct history {
	struct buf lines;	/* of earlier sessions and of this one, each ended by LF */
	struct buf added;	/* of this session only */
	bool keep;		/* save it to the file */
};

void history_load(struct history *, bool keep);		/* a missing file is an empty history */
void history_add(struct history *, struct span line);
/*
 * Appends this session's lines to what the file holds by now, atomically, with mode 0600. False
 * with err.
 */
bool history_save(struct history *, struct err *);
void history_release(struct history *);

#endif
