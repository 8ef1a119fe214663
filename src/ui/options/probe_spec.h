/*
 * What a probe does, derived from the options: files are read, and what follows from other
 * options is set.
 */
#ifndef UI_OPTIONS_PROBE_SPEC_H
#define UI_OPTIONS_PROBE_SPEC_H

#include "ui/options/options.h"

/*
 * Sets in the options what follows from others; to be called again after any were changed. False
 * with err: they contradict each other, or a file cannot be read.
 */
bool probe_spec_prepare(struct options *, struct err *);
/*
 * Makes the spec of prepared options, which must outlive it; what it needs besides lives in their
 * arena.
 */
struct fleet_spec probe_spec(struct options *);

#endif
