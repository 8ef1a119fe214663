/*
 * What a screen remembers of each session: what its last EHLO offered, and the verdict on its
 * certificate, which is held back until the EHLO that follows was answered or the step has ended:
 * a step ends with its verdict.
 */
#ifndef UI_SHOW_PAST_H
#define UI_SHOW_PAST_H

#include "ui/show/screen.h"

struct screen_past {
	struct arena arena;		/* of ->offered */
	/* by the last EHLO on this connection; NULL: none was answered */
	const struct extensions *offered;
	char *verdict;			/* what is held back; NULL: nothing is */
	size_t verdict_size;
	bool ehlo_due;			/* TLS began, and EHLO has not been sent since */
	/* message lines that were sent and not shown yet: they are summed up in one */
	size_t lines;
	uint64_t octets;
};

/* Begun when first asked for; screen_release prints what is held back and ends it. */
struct screen_past *past_of(struct screen *, const struct event *);
void past_offered(struct screen_past *, const struct extensions *);	/* copies them */

/* Between these two, what is printed is held back for this session. */
void past_hold(struct screen *, struct screen_past *, struct screen_held *);
void past_held(struct screen *, struct screen_held *);

/* Whether a sent line is summed up rather than shown: `send` on a terminal, unless -v. */
bool past_sums_up(struct screen *, const struct event *);

/* Prints what is held back where the event cannot come before it; after it was shown. */
void past_before(struct screen *, const struct event *);
void past_after(struct screen *, const struct event *);

#endif
