/*
 * SIGINT and SIGTERM where there is no prompt: what is in hand is given up, what became of a
 * message is told, and the run ends. Between begin and end they do nothing else.
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
 * After the end: the status, where no signal came or the fate of a message is unknown; else the
 * process ends by the signal.
 */
int stop_status(const struct stop *, int status);

#endif
