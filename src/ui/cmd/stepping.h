/*
 * --step: each line is shown before it goes, and the user says whether it is sent, edited first,
 * skipped, or whether nothing more is sent.
 */
#ifndef UI_CMD_STEPPING_H
#define UI_CMD_STEPPING_H

#include "run/play/player.h"
#include "smtp/secrecy.h"
#include "ui/show/waiting.h"

struct stepping {
	struct waiting *waiting; /* hidden before a question; NULL: none */
	struct secrecy secrecy; /* what of the lines may be shown */
	struct arena arena;
	bool stopped;
	unsigned dropped; /* lines that were not sent since */
};

/* False with err: there is no terminal to ask on. */
bool stepping_begin(struct stepping *, struct err *);
/* Of `send` and scripts: session_opts.stepper. The stepping must outlive the session. */
struct stepper stepping_stepper(struct stepping *);
/* player_opts.turn */
enum player_turn stepping_turn(void *stepping, struct span *line, struct place, enum dialogue_mode);
/* Prints to standard error how many lines were not sent. */
void stepping_end(struct stepping *);

#endif
