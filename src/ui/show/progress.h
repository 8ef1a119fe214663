/*
 * progress - the progress of long work: a line on standard error if that is a terminal, shown after
 * half a second and removed before anything else is printed. For what a single session waits for,
 * see ui/show/waiting.h.
 */
#ifndef UI_SHOW_PROGRESS_H
#define UI_SHOW_PROGRESS_H

#include <stdbool.h>

#include "net/loop.h"

enum { PROGRESS_SIZE = 200 };
/* Writes the progress, "waiting for the banner, 2.4 of 10 s". Empty: nothing to show now. */
typedef void progress_fn(void *ctx, char out[PROGRESS_SIZE]);

struct progress_line;
/* Returns NULL if no one would see the line, or if `quiet`; the other functions accept NULL. */
struct progress_line *progress_new(struct loop *, bool quiet, progress_fn *, void *ctx);
void progress_free(struct progress_line *);
/*
 * Removes the line; call it before printing anything, as struct screen's hide. The line reappears
 * by itself.
 */
void progress_hide(void *progress);

#endif
