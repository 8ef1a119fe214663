/*
 * past - what a screen remembers of each session: what its last EHLO offered, and the verdict on
 * its certificate. The verdict is held back until the EHLO after TLS was answered or the step has
 * ended, so that a step ends with its verdict.
 */
#ifndef UI_SHOW_PAST_H
#define UI_SHOW_PAST_H

#include "ui/show/screen.h"

struct screen_past {
	struct arena arena;		/* of ->offered */
	/* by the last EHLO on this connection; NULL: none */
	const struct extensions *offered;
	char *verdict;			/* output held back; NULL: none */
	size_t verdict_size;
	bool ehlo_due;			/* TLS has started, and EHLO was not sent since */
	/* message lines sent but not shown: one line sums them up */
	size_t lines;
	uint64_t octets;
};

/*
 * Returns what is remembered of the event's session, created on first use. screen_release prints
 * what is held back and frees it.
 */
struct screen_past *past_of(struct screen *, const struct event *);
void past_offered(struct screen_past *, const struct extensions *);	/* copies them */

/* What is printed between these two calls is held back for this session. */
void past_hold(struct screen *, struct screen_past *, struct screen_held *);
void past_held(struct screen *, struct screen_held *);

/*
 * Returns whether a sent line is summed up rather than shown, and counts it if so: message data of
 * `send` on a terminal, without -v.
 */
bool past_sums_up(struct screen *, const struct event *);

/*
 * Print what is held back if it belongs before or after the event; call them before and after
 * showing it.
 */
void past_before(struct screen *, const struct event *);
void past_after(struct screen *, const struct event *);

#endif
