/*
 * What a probe does, derived from the options: files are read, and settings that follow from other
 * options are made.
 */
#ifndef UI_OPTIONS_PROBE_SPEC_H
#define UI_OPTIONS_PROBE_SPEC_H

#include "ui/options/options.h"

/*
 * Sets what follows from other options; must be called again after any of them was changed. Returns
 * false and sets err when options contradict each other or a file cannot be read.
 */
bool probe_spec_prepare(struct options *, struct err *);
/*
 * Returns the spec of prepared options, which must outlive it; what else it needs is allocated in
 * their arena.
 */
struct fleet_spec probe_spec(struct options *);

#endif
