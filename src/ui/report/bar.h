/*
 * Where a probe's time went, as a bar of letters: each phase's share by the first letter of its
 * name, "[ddbbbbbbtttE]"; E is EHLO under TLS.
 */
#ifndef UI_REPORT_BAR_H
#define UI_REPORT_BAR_H

#include "run/probe/probe.h"
#include "ui/show/flow.h"

/* Up to `columns` letters, and a NUL; none when no phase took any time. */
void bar_make(const struct probe_result *, unsigned columns, char *out);
void bar_put(struct flow *, const char *bar); /* in brackets, each phase in its ink */
/* Every phase that ran, with its milliseconds: " conn 0.1 ms banner 0.3 ms". */
void bar_put_phases(struct flow *, const struct probe_result *);

#endif
