/*
 * --step: shows each line before it is sent. The user decides whether to send it, edit it first,
 * skip it, or stop sending.
 */
#ifndef UI_CMD_STEPPING_H
#define UI_CMD_STEPPING_H

#include "run/play/player.h"
#include "smtp/secrecy.h"
#include "ui/show/waiting.h"

struct stepping {
	struct waiting *waiting; /* hidden before a question; NULL: none */
	struct secrecy secrecy; /* which parts of the lines are secret */
	struct arena arena;
	bool stopped;
	unsigned dropped; /* lines not sent since the user stopped */
};

/* Returns false and sets err when there is no terminal to ask on. */
bool stepping_begin(struct stepping *, struct err *);
/*
 * Returns the stepper for session_opts.stepper, for `send` and scripts. The stepping must outlive
 * the session.
 */
struct stepper stepping_stepper(struct stepping *);
/* A player_opts.turn. */
enum player_turn stepping_turn(void *stepping, struct span *line, struct place, enum dialogue_mode);
/* Prints the number of lines not sent to standard error. */
void stepping_end(struct stepping *);

#endif
