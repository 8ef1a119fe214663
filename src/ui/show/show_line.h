/* show_line - what the files of show share: marks, and lines of our own words. */
#ifndef UI_SHOW_SHOW_LINE_H
#define UI_SHOW_SHOW_LINE_H

#include "ui/show/flow.h"

enum mark {
	MARK_NOTE,
	MARK_PROBLEM,
	MARK_SENT,
	MARK_GOT,
	MARK_GOT_DEFERRED,		/* 4xx */
	MARK_GOT_BAD,			/* 5xx, or not a valid reply */
};

/* Prints time stamp and mark, and returns the flow after them; further lines are indented to it. */
struct flow show_begin(struct screen *, enum mark, const struct event *);
/* Prints a whole line of our own words. */
void show_line(struct screen *, enum mark, const struct event *, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Begins lines that belong to the previous one: indented on a terminal, notes elsewhere. */
struct flow show_below(struct screen *, const struct event *);
/* The same for explanations, with " |  " before each line on a terminal. */
struct flow show_aside(struct screen *, const struct event *);
/*
 * Adds "0.4 ms", dim, at the right edge of a line on a terminal. If it does not fit, only a time of
 * 100 ms or more is shown, on a line of its own.
 */
void show_took(struct flow *, uint64_t us);
/* show_diagnosis prints a diagnosis and what to do; show_why that of the event, once. */
struct diagnosis;
void show_diagnosis(struct screen *, const struct event *, const struct diagnosis *);
void show_why(struct screen *, const struct event *);
/* Appends "Next: " and what to do. */
void show_next(struct flow *, const struct diagnosis *);

void show_route(struct screen *, const struct event *);
void show_reply(struct screen *, const struct event *);
void show_extensions(struct screen *, const struct event *);
void show_extension_table(struct screen *, const struct event *, const struct extensions *);
void show_tls(struct screen *, const struct event *);
void show_delivery(struct screen *, const struct event *);
/*
 * Prints the result of certificate verification: each problem once, and one next step. `details`:
 * also names, expiry and key.
 */
void show_verification(
    struct screen *, const struct event *, const struct tls_info *, bool details);
void show_dane(struct screen *, const struct event *, const struct tls_dane *);
void show_sts(struct screen *, const struct event *, const struct sts *, enum sts_verdict);
void show_offers(struct screen *, const struct event *);
void show_certs(struct screen *, const struct event *);
void show_info(struct screen *, const struct event *);
void show_closed(struct screen *, const struct event *);

#endif
