/*
 * What came of the connections of `serve FILE`, as a report in the formats of `replay`: a test a
 * connection.
 */
#ifndef UI_REPORT_SERVE_H
#define UI_REPORT_SERVE_H

#include "run/serve/mock.h"
#include "ui/options/options.h"

enum { SERVE_REPORT_MAX = 100000 };	/* connections that are kept */

struct serve_report;
/* both must outlive it */
struct serve_report *serve_report_new(const struct script *, const struct mock *);
void serve_report_free(struct serve_report *);		/* NULL is fine */
void serve_report_event(struct serve_report *, const struct event *, const struct mock_stray *);
/* All of it, when no more come: how many there are stands before the first. */
void serve_report_write(struct serve_report *, const struct options *, const struct screen *);

/*
 * Says on standard error which steps of the script have no server's side; `opens`: those that make
 * a connection too.
 */
void serve_report_passed_over(const struct mock *, bool opens);

#endif
