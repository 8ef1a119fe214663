/* Where one is, as the prompt and the line above it say it. */
#ifndef UI_PROMPT_WHERE_H
#define UI_PROMPT_WHERE_H

#include "run/session/session.h"
#include "ui/edit/edit.h"

struct where {
	struct edit_piece piece[10];
	char host[160], number[8], tls[40], state[40], status[200];
	bool numbered;			/* there are several sessions: which one it is */
};

/*
 * Host and port, TLS, the transaction. `answering`: what is typed is an answer to AUTH. Lives until
 * the next call.
 */
const struct edit_piece *where_prompt(struct where *, const struct session_view *, bool answering);

/*
 * What is waited for, once that takes long: with its name, its seconds, and what it often means.
 * NULL: nothing, or not long.
 */
const char *where_waits(struct where *, const struct session_view *);

enum { WHERE_PATIENCE_S = 3 };

#endif
