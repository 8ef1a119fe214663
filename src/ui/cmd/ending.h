/*
 * What ends a run before its work is done: SIGINT, SIGTERM, and the time that --deadline gives it.
 * They are noted while the loop turns; whoever runs it looks between two turns, ends what is under
 * way, and returns the status from here.
 */
#ifndef UI_CMD_ENDING_H
#define UI_CMD_ENDING_H

#include "base/err.h"
#include "net/loop.h"

/* Zeroed, nothing ends the run. */
struct ending {
	int signo;			/* the last one that came; 0: none */
	unsigned signals;		/* how many came */
	bool late;			/* the time expired */
	struct loop_signal *interrupt, *term;
	struct loop_timer *deadline;
};

/* To be called before anything tells that the program is ready: from here on no signal is lost. */
void ending_begin(struct ending *, struct loop *);
/* Sets the time limit, in milliseconds from now; 0: none. An earlier one no longer counts. */
void ending_deadline(struct ending *, uint64_t ms);
void ending_end(struct ending *);	/* what came stays known; zeroed is fine */

bool ending_is_due(const struct ending *);
/* Returns 128 + the signal's number, ERR_TIMEOUT when the time expired, else `status`. */
int ending_status(const struct ending *, int status);
/* False with err when the time expired: for a run that only that, or a signal, can end. */
bool ending_in_time(const struct ending *, struct err *);

#endif
