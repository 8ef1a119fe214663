/* What -q leaves out, by what an event is to a person. -qq leaves out all. */
#ifndef UI_SHOW_QUIET_H
#define UI_SHOW_QUIET_H

#include "ui/show/screen.h"

bool quiet_hides(const struct screen *, const struct event *);

#endif
