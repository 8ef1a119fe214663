/* The last reply and what it answers, kept for commands that are asked later: /last, /explain. */
#ifndef UI_PROMPT_REMEMBER_H
#define UI_PROMPT_REMEMBER_H

#include "run/session/event.h"
#include "smtp/sense.h"

struct prompt;

/* {0} to begin. */
struct remember {
	struct arena arena;
	struct reply *reply;		/* NULL: none yet */
	enum stage stage;
	bool surprise, late;
	uint64_t took_us;
	struct arena sent_arena;
	struct span sent;		/* the last command line, as it may be shown */
};

/* As .heard and .release of a command whose state it is. */
void remember_heard(struct prompt *, void *remember, const struct event *);
void remember_release(void *remember);

#endif
