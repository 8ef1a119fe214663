/* One run of a probe: every target once, reported in every format asked for. */
#ifndef UI_CMD_PROBE_RUN_H
#define UI_CMD_PROBE_RUN_H

#include "ui/cmd/ending.h"
#include "ui/cmd/probe_watch.h"
#include "ui/options/options.h"
#include "ui/report/report.h"

/*
 * Runs until all is done, the ending is due or the options' time expires, which is set here and
 * ends here: the summary has what was left undone. A watch, if there is one, shows it in place of
 * standard output. False with err: a file cannot be read or written.
 */
bool probe_run(struct session_env *, struct options *, struct ending *, struct probe_watch *,
    struct fleet_summary *, struct err *);

#endif
