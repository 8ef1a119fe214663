/*
 * probe --watch on a terminal: one table, redrawn in place while the rounds go by, on the
 * terminal's other screen; when it ends the last one stays on the first.
 */
#ifndef UI_CMD_PROBE_WATCH_H
#define UI_CMD_PROBE_WATCH_H

#include "run/probe/fleet.h"
#include "ui/options/options.h"

struct probe_watch;
/* NULL: standard output is no terminal that can do it, or is for something else. */
struct probe_watch *probe_watch_new(struct loop *, const struct options *);
/* Leaves the last table behind, and how many rounds there were. NULL is fine. */
void probe_watch_free(struct probe_watch *);

/* A round: what the fleet has done of it is shown until it is over. */
void probe_watch_begin(struct probe_watch *, const struct fleet *);
void probe_watch_add(struct probe_watch *, const struct fleet_report *);
void probe_watch_end(struct probe_watch *, const struct fleet_summary *, bool interrupted);
/* Shows how long it is until the next round begins. */
void probe_watch_wait(struct probe_watch *, uint64_t ms);

#endif
