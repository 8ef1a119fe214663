/*
 * Targets for a fleet, from the command line and from a file or pipe, read as the fleet takes
 * them.
 */
#ifndef UI_OPTIONS_TARGETS_H
#define UI_OPTIONS_TARGETS_H

#include "ui/options/options.h"

struct targets;
/* `o` must outlive it. NULL with err when the file, or the one of --resume, cannot be read. */
struct targets *targets_new(struct loop *, struct options *, struct err *);
void targets_free(struct targets *);
/*
 * Adds as many as the fleet wants, and calls fleet_end after the last. False: it wants more, and
 * this must be called again at once.
 */
bool targets_feed(struct targets *, struct fleet *);
/* this target is done: recorded for --resume */
void targets_over(struct targets *, size_t number);
/* malformed lines, each of which was reported */
size_t targets_bad(const struct targets *);
bool targets_unread(const struct targets *);		/* its end was not reached */
/* The file could not be read to its end, or has no target; that was reported. */
bool targets_failed(const struct targets *);

/*
 * Reads all targets at once and calls `take` with each; what it is given lives until `take`
 * returns. False with err when the list cannot be read; malformed lines are reported, and make it
 * false too.
 */
bool targets_list(struct options *,
    void (*take)(void *ctx, const struct target *, const struct fleet_spec *), void *ctx,
    struct err *);

#endif
