/*
 * Long work shows itself: a line on standard error, where that is a terminal, from half a second
 * on, which is gone before anything else is printed. ui/show/waiting.h is for what one session
 * waits for.
 */
#ifndef UI_SHOW_PROGRESS_H
#define UI_SHOW_PROGRESS_H

#include <stdbool.h>

#include "net/loop.h"

enum { PROGRESS_SIZE = 200 };
/* How far it is, and of how much: "waiting for the banner, 2.4 of 10 s". Empty: nothing now. */
typedef void progress_fn(void *ctx, char out[PROGRESS_SIZE]);

struct progress_line;
/* NULL when nobody would see it, or `quiet`; the others take NULL. */
struct progress_line *progress_new(struct loop *, bool quiet, progress_fn *, void *ctx);
void progress_free(struct progress_line *);
/* To be called before anything is printed, as by struct screen's hide: it comes back by itself. */
void progress_hide(void *progress);

#endif
