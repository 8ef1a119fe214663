/*
 * The results of the connections of `serve FILE` as a report in the formats of `replay`: one test
 * per connection.
 */
#ifndef UI_REPORT_SERVE_H
#define UI_REPORT_SERVE_H

#include "run/serve/mock.h"
#include "ui/options/options.h"

enum { SERVE_REPORT_MAX = 100000 };	/* connections that are recorded */

struct serve_report;
/* Both must outlive it. */
struct serve_report *serve_report_new(const struct script *, const struct mock *);
void serve_report_free(struct serve_report *);		/* NULL is fine */
void serve_report_event(struct serve_report *, const struct event *, const struct mock_stray *);
/* Writes the report, when no more connections will come: their number precedes the first. */
void serve_report_write(struct serve_report *, const struct options *, const struct screen *);

/*
 * Prints to standard error which steps of the script have no meaning on the server's side;
 * `opens`: including those that make a connection.
 */
void serve_report_passed_over(const struct mock *, bool opens);

#endif
