/* quiet - what -q leaves out, by what kind of event it is. -qq leaves out everything. */
#ifndef UI_SHOW_QUIET_H
#define UI_SHOW_QUIET_H

#include "ui/show/screen.h"

/* Returns whether the screen's verbosity hides this event. */
bool quiet_hides(const struct screen *, const struct event *);

#endif
