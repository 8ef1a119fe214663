/*
 * serve - the connections of `serve FILE` as a report in the formats of `replay`: one test per
 * connection.
 */
#ifndef UI_REPORT_SERVE_H
#define UI_REPORT_SERVE_H

#include "run/serve/mock.h"
#include "ui/options/options.h"

enum { SERVE_REPORT_MAX = 100000 };	/* connections that are recorded */

struct serve_report;
/* Returns an empty report. The script and the mock must outlive it. */
struct serve_report *serve_report_new(const struct script *, const struct mock *);
void serve_report_free(struct serve_report *);		/* NULL is fine */
/* Records an event of a connection; the stray belongs to EVENT_PROBLEM with ERR_EXPECT. */
void serve_report_event(struct serve_report *, const struct event *, const struct mock_stray *);
/* Writes the report. Call it after the last connection: some formats start with their number. */
void serve_report_write(struct serve_report *, const struct options *, const struct screen *);

/*
 * Prints to standard error which steps of the script are skipped because they have no meaning on
 * the server's side. opens: including those that open a connection.
 */
void serve_report_passed_over(const struct mock *, bool opens);

#endif
