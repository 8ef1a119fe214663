/* One run of a probe: every target once, reported in every format asked for. */
#ifndef UI_CMD_PROBE_RUN_H
#define UI_CMD_PROBE_RUN_H

#include "ui/options/options.h"
#include "ui/report/report.h"

struct probe_end {
	struct fleet_summary sum;
	bool interrupted;
};

/*
 * Runs until all is done or *stop becomes nonzero. False with err: a file cannot be read or
 * written.
 */
bool probe_run(
    struct session_env *, struct options *, const int *stop, struct probe_end *, struct err *);

#endif
