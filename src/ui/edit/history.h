/* The history of the prompt: a file with the lines typed in earlier sessions, newest last. */
#ifndef UI_EDIT_HISTORY_H
#define UI_EDIT_HISTORY_H

#include "base/buf.h"
#include "base/err.h"

enum { HISTORY_LINES = 1000, HISTORY_MAX = 1 << 20 };

struct history {
	struct buf lines;	/* of earlier sessions and this one, each ended by LF */
	struct buf added;	/* of this session only */
	bool keep;		/* save it to the file */
};

void history_load(struct history *, bool keep);		/* a missing file is an empty history */
void history_add(struct history *, struct span line);
/*
 * Appends this session's lines to what the file contains by now, atomically, with mode 0600.
 * Returns false and sets err.
 */
bool history_save(struct history *, struct err *);
void history_release(struct history *);

#endif
