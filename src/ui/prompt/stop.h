/*
 * SIGINT and SIGTERM when there is no prompt: they cancel the current step, report whether a
 * message was accepted, and end the run, and do nothing else between stop_begin and stop_end.
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
 * Called after stop_end: returns `status` when no signal was received or it is unknown whether a
 * message was accepted. Otherwise the process ends by the signal.
 */
int stop_status(const struct stop *, int status);

#endif
