/*
 * probe --watch on a terminal: a table on the alternate screen, redrawn in place round by round.
 * When it ends, the last table is printed on the normal screen.
 */
#ifndef UI_CMD_PROBE_WATCH_H
#define UI_CMD_PROBE_WATCH_H

#include "run/probe/fleet.h"
#include "ui/options/options.h"

struct probe_watch;
/* Returns NULL when standard output is not a suitable terminal, or is used for something else. */
struct probe_watch *probe_watch_new(struct loop *, const struct options *);
/* Prints the last table and the number of rounds, and frees the watch. NULL is fine. */
void probe_watch_free(struct probe_watch *);

/* Begins a round: the fleet's progress is shown until probe_watch_end. */
void probe_watch_begin(struct probe_watch *, const struct fleet *);
void probe_watch_add(struct probe_watch *, const struct fleet_report *);
void probe_watch_end(struct probe_watch *, const struct fleet_summary *, bool interrupted);
/* Shows the time left until the next round begins. */
void probe_watch_wait(struct probe_watch *, uint64_t ms);

#endif
