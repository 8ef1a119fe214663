/*
 * Targets for a fleet, from the command line and from a file or pipe, read only as fast as the
 * fleet takes them.
 */
#ifndef UI_OPTIONS_TARGETS_H
#define UI_OPTIONS_TARGETS_H

#include "ui/options/options.h"

struct targets;
/*
 * `o` must outlive it. Returns NULL and sets err when the file, or that of --resume, cannot be
 * read.
 */
struct targets *targets_new(struct loop *, struct options *, struct err *);
void targets_free(struct targets *);
/*
 * Adds as many targets as the fleet wants, and calls fleet_end after the last. Returns false when
 * it wants more and this must be called again at once.
 */
bool targets_feed(struct targets *, struct fleet *);
/* Records for --resume that this target is done. */
void targets_over(struct targets *, size_t number);
/* Returns the number of malformed lines, each of which was reported. */
size_t targets_bad(const struct targets *);
bool targets_unread(const struct targets *);		/* the end was not reached */
/* Returns whether the file could not be read to its end or has no target; either was reported. */
bool targets_failed(const struct targets *);

/*
 * Reads all targets at once and calls `take` with each; its arguments live until `take` returns.
 * Returns false and sets err when the list cannot be read, or when lines were malformed; those were
 * reported.
 */
bool targets_list(struct options *,
    void (*take)(void *ctx, const struct target *, const struct fleet_spec *), void *ctx,
    struct err *);

#endif
