/* What the parts of show share: marks, and lines of our own words. */
#ifndef UI_SHOW_SHOW_LINE_H
#define UI_SHOW_SHOW_LINE_H

#include "ui/show/flow.h"

enum mark {
	MARK_NOTE,
	MARK_PROBLEM,
	MARK_SENT,
	MARK_GOT,
	MARK_GOT_DEFERRED,		/* 4xx */
	MARK_GOT_BAD,			/* 5xx, or no proper reply */
};

/* Prints time stamp and mark; what follows wraps under its first word. */
struct flow show_begin(struct screen *, enum mark, const struct event *);
/* Prints a whole line of our own words. */
void show_line(struct screen *, enum mark, const struct event *, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Begins lines that belong to the one above: indented on a terminal, notes elsewhere. */
struct flow show_below(struct screen *, const struct event *);
/* The same for what the program explains, with " |  " before each line on a terminal. */
struct flow show_aside(struct screen *, const struct event *);
/*
 * Adds "0.4 ms", dim, at the right end of a line on a terminal; where it does not fit, only what
 * is notable, from 100 ms on.
 */
void show_took(struct flow *, uint64_t us);
/* Prints a diagnosis and what to do; show_why the event's, unless already explained. */
struct diagnosis;
void show_diagnosis(struct screen *, const struct event *, const struct diagnosis *);
void show_why(struct screen *, const struct event *);
/* Adds "Next: ", and what to do. */
void show_next(struct flow *, const struct diagnosis *);

void show_route(struct screen *, const struct event *);
void show_reply(struct screen *, const struct event *);
void show_extensions(struct screen *, const struct event *);
void show_extension_table(struct screen *, const struct event *, const struct extensions *);
void show_tls(struct screen *, const struct event *);
void show_delivery(struct screen *, const struct event *);
/*
 * The result of certificate verification: each problem once, and one next step; with `details`
 * the names, the expiry and the key too.
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
