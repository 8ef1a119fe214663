/*
 * Nagios ranges, which say when a value is alarming: "10" (outside 0 to 10), "10:" (below 10),
 * "~:10" (above 10), "10:20" (outside), "@10:20" (inside).
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

/*
 * Parses a range; its text is copied into the arena. Returns false and sets err (ERR_USAGE) when
 * malformed.
 */
bool range_parse(struct range *, struct span, struct arena *, struct err *);
bool range_alerts(const struct range *, double value);	/* false when not set */

#endif
