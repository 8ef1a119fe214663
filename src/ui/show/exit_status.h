/*
 * exit_status - exit statuses as other tools have them (--exit). Those of sysexits(3) map one to
 * one. swaks's say at which command a failure was, so the events of a run are watched for the stage
 * of the failure that determines the status.
 */
#ifndef UI_SHOW_EXIT_STATUS_H
#define UI_SHOW_EXIT_STATUS_H

#include "run/session/event.h"

enum exit_style { EXIT_OWN, EXIT_SWAKS, EXIT_SYSEXITS };

struct blame {
	enum err_kind kind; /* the worst failure so far */
	/* swaks's status for the last command sent; for the stage of that failure */
	int sent, stage;
};
/* Updates the blame with an event of the run. */
void blame_event(struct blame *, const struct event *);

/* Returns our own status in that style; the status of a signal is unchanged. */
int exit_status(enum exit_style, const struct blame *, int status);

#endif
