/*
 * A Nagios range: when a value is alarming. "10" (not 0 to 10), "10:" (below 10), "~:10", "10:20",
 * "@10:20" (within).
 */
#ifndef RUN_PROBE_RANGE_H
#define RUN_PROBE_RANGE_H

#include "base/arena.h"
#include "base/err.h"

struct range {
	bool set, inside;
	double low, high;
	struct span text;		/* as written */
};

/* False with err (ERR_USAGE) when malformed. The text is copied into the arena. */
bool range_parse(struct range *, struct span, struct arena *, struct err *);
bool range_alerts(const struct range *, double value);	/* false when not set */

#endif
