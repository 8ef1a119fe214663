/*
 * What ends a run before its work is done: SIGINT, SIGTERM, and the time limit of --deadline. These
 * are only recorded while the loop runs. The owner of the run checks between two turns of the loop,
 * stops what is in progress, and returns the status that ending_status gives.
 */
#ifndef UI_CMD_ENDING_H
#define UI_CMD_ENDING_H

#include "base/err.h"
#include "net/loop.h"

/* A zeroed one never ends the run. */
struct ending {
	int signo;			/* the last signal received; 0: none */
	unsigned signals;		/* number of signals received */
	bool late;			/* the time expired */
	struct loop_signal *interrupt, *term;
	struct loop_timer *deadline;
};

/*
 * Starts to catch the signals. Must be called before the program announces that it is ready, so
 * that no signal is lost from then on.
 */
void ending_begin(struct ending *, struct loop *);
/* Sets the time limit, in milliseconds from now, replacing an earlier one; 0: none. */
void ending_deadline(struct ending *, uint64_t ms);
void ending_end(struct ending *);	/* what was recorded stays readable; a zeroed one is fine */

bool ending_is_due(const struct ending *);
/* Returns 128 + the signal's number, ERR_TIMEOUT when the time expired, else `status`. */
int ending_status(const struct ending *, int status);
/*
 * Returns false and sets err when the time expired; for a run that only that, or a signal, can end.
 */
bool ending_in_time(const struct ending *, struct err *);

#endif
