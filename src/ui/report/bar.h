/*
 * bar - where a probe's time went, as a bar of letters: "[ddbbbbbbtttE]". Each phase has a share
 * with the first letter of its name; E is EHLO within TLS.
 */
#ifndef UI_REPORT_BAR_H
#define UI_REPORT_BAR_H

#include "run/probe/probe.h"
#include "ui/show/flow.h"

/* Writes up to `columns` letters and a NUL to out; no letters if no phase took any time. */
void bar_make(const struct probe_result *, unsigned columns, char *out);
void bar_put(struct flow *, const char *bar); /* in brackets, each phase in its ink */
/* Appends every phase that ran, with its milliseconds: " conn 0.1 ms banner 0.3 ms". */
void bar_put_phases(struct flow *, const struct probe_result *);

#endif
