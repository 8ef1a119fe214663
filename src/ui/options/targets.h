/*
 * Targets for a fleet, from the command line and from a file or pipe, read as the fleet takes them.
 */
#ifndef UI_OPTIONS_TARGETS_H
#define UI_OPTIONS_TARGETS_H

#include "ui/options/options.h"

struct targets;
/* `o` outlives it. NULL with err when the file, or what is to be resumed, cannot be read. */
struct targets *targets_new(struct loop *, struct options *, struct err *);
void targets_free(struct targets *);
/*
 * Adds as many as the fleet wants, and ends it after the last. False: it wants more, and must be
 * called again at once.
 */
bool targets_feed(struct targets *, struct fleet *);
/* this one is done: noted for --resume */
void targets_over(struct targets *, size_t number);
/* lines that were no target; each has been told */
size_t targets_bad(const struct targets *);
bool targets_unread(const struct targets *);		/* its end was not come to */
/* the file could not be read to its end, or has none; that was told */
bool targets_failed(const struct targets *);

#endif
