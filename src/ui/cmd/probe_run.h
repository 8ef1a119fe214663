/* One run of a probe: every target once, reported in every format asked for. */
#ifndef UI_CMD_PROBE_RUN_H
#define UI_CMD_PROBE_RUN_H

#include "ui/cmd/ending.h"
#include "ui/cmd/probe_watch.h"
#include "ui/options/options.h"
#include "ui/report/report.h"

/*
 * Runs until every target is done, `ending` is due or the options' time limit expires, which is set
 * and cleared here; the summary counts the targets left undone. A watch, unless NULL, shows the
 * results in place of standard output. Returns false and sets err when a file cannot be read or
 * written.
 */
bool probe_run(struct session_env *, struct options *, struct ending *, struct probe_watch *,
    struct fleet_summary *, struct err *);

#endif
