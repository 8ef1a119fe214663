/* What a probe does, from the options: files read, one thing following from another. */
#ifndef UI_OPTIONS_PROBE_SPEC_H
#define UI_OPTIONS_PROBE_SPEC_H

#include "ui/options/options.h"

/*
 * Sets in the options what follows from others; once more after any were changed. False with err:
 * they do not go together, or a file cannot be read.
 */
bool probe_spec_prepare(struct options *, struct err *);
/* Of prepared options, which outlive it; what it needs beyond them lies in their arena. */
struct fleet_spec probe_spec(struct options *);

#endif
