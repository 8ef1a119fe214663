/*
 * SIGINT and SIGTERM where there is no prompt: the current step is cancelled, the fate of a
 * message is reported, and the run ends. They do nothing else between begin and end.
 */
#ifndef UI_PROMPT_STOP_H
#define UI_PROMPT_STOP_H

#include "run/play/player.h"

struct stop {
	struct player *player;
	struct loop_signal *interrupt, *term;
	int signo;			/* 0: none came */
};
void stop_begin(struct stop *, struct loop *, struct player *);
void stop_end(struct stop *);
/*
 * After the end: returns `status` when no signal came or the fate of a message is unknown; else
 * the process ends by the signal.
 */
int stop_status(const struct stop *, int status);

#endif
