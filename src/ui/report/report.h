/*
 * report - what a probe prints, in several formats: each address in the order of completion, and a
 * summary.
 */
#ifndef UI_REPORT_REPORT_H
#define UI_REPORT_REPORT_H

#include <stdio.h>

#include "run/probe/fleet.h"
#include "ui/options/format.h"

struct screen;

struct report_opts {
	int verbose;
	bool color, terminal, many;	/* many: more than one target was given */
	/* with --targets: JSON ends with a summary, metrics have the target's labels */
	bool fleet;
	/* one scrape of one target: metrics for all addresses are written once, without labels */
	bool whole;
	bool plugin;			/* the status line is worded like check_smtp's */
	bool table;			/* text: a table at the end, not a line for each */
	unsigned columns, lines;	/* of the terminal; 0 lines: unknown */
	const struct screen *like;	/* the screen to look like; NULL: none */
	const struct judge_opts *judge;
	uint64_t total_ms;
};

struct report_kind {
	void *(*begin)(FILE *, const struct report_opts *);
	void (*one)(void *, const struct fleet_report *);
	/* writes what was held back, and frees the state */
	void (*end)(void *, const struct fleet_summary *);
};
#define X(token, word) extern const struct report_kind report_##word;
REPORT_FORMATS(X, X)
#undef X
extern const struct report_kind *const report_kinds[]; /* by enum report_format */

/*
 * A report in one format to one place. A file is written under a temporary name and renamed when
 * complete.
 */
struct report;
/*
 * Begins a report to a file, or to a stream that stays the caller's. Returns NULL with err if the
 * file cannot be written.
 */
struct report *report_new(
    const struct report_kind *, const char *file, const struct report_opts *, struct err *);
struct report *report_to(const struct report_kind *, FILE *, const struct report_opts *);
/* Adds the result of an address. */
void report_one(struct report *, const struct fleet_report *);
/* Ends and frees the report. Returns false with err if it could not be written in full. */
bool report_end(struct report *, const struct fleet_summary *, struct err *);
/* Frees the report; a previous file is unchanged. */
void report_drop(struct report *);

/* What all formats share. Texts live in the result's arena and are safe to show. */
/* Returns the verdict's sentence; empty: nothing is wrong. */
struct span report_message(const struct fleet_report *);
/* Returns "Why. Next: what to do" for the verdict; may be empty. */
struct span report_why(const struct fleet_report *);
/* Returns "mx1.example.org[192.0.2.1]:25", preceded by the target's name if it has one. */
struct span report_place(const struct fleet_report *);
const char *report_state(const struct fleet_report *);		/* "CRITICAL" */
bool report_passed(const struct fleet_report *);		/* OK or WARNING */
double report_seconds(uint64_t us);
/* Writes what was not probed, "2 lines name no target". Returns false if everything was. */
enum { SHORTFALL_SIZE = 160 };
bool report_shortfall(const struct fleet_summary *, char out[SHORTFALL_SIZE]);
struct span report_target(const struct fleet_report *);		/* as written, safe to show */
/* Returns "192.0.2.1", a path, or an empty span. */
struct span report_address(const struct fleet_report *);

#endif
