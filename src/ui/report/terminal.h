/* How an address is told on a terminal: in colour, in columns, wrapped at its width. */
#ifndef UI_REPORT_TERMINAL_H
#define UI_REPORT_TERMINAL_H

#include "ui/report/report.h"

void report_on_terminal(FILE *, const struct report_opts *, const struct fleet_report *);

#endif
