/*
 * The exit status as another tool has it (--exit). sysexits(3) maps one to one; swaks tells what
 * was refused, so the events of a run are watched for the stage in which the failure came that
 * decides.
 */
#ifndef UI_SHOW_EXIT_STATUS_H
#define UI_SHOW_EXIT_STATUS_H

#include "run/session/event.h"

enum exit_style { EXIT_OWN, EXIT_SWAKS, EXIT_SYSEXITS };

struct blame {
	enum err_kind kind; /* the failure that decides so far */
	/* swaks's number for what was said last; for where that failure came */
	int said, stage;
};
void blame_event(struct blame *, const struct event *);

/* What stands for one of our own statuses; one that names a signal stays. */
int exit_status(enum exit_style, const struct blame *, int status);

#endif
