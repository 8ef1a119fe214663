/*
 * The exit status as another tool has it (--exit). sysexits(3) maps one to one; swaks tells what
 * was rejected, so the events of a run are watched for the stage of the failure that decides.
 */
#ifndef UI_SHOW_EXIT_STATUS_H
#define UI_SHOW_EXIT_STATUS_H

#include "run/session/event.h"

enum exit_style { EXIT_OWN, EXIT_SWAKS, EXIT_SYSEXITS };

struct blame {
	enum err_kind kind; /* the failure that decides so far */
	/* swaks's number for the last command; for the stage of that failure */
	int sent, stage;
};
void blame_event(struct blame *, const struct event *);

/* Translates one of our own statuses; that of a signal is unchanged. */
int exit_status(enum exit_style, const struct blame *, int status);

#endif
