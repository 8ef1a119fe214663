/* The state of the session, as the prompt and the line above it show it. */
#ifndef UI_PROMPT_WHERE_H
#define UI_PROMPT_WHERE_H

#include "run/session/session.h"
#include "ui/edit/edit.h"

struct where {
	struct edit_piece piece[10];
	char host[160], number[8], tls[40], state[40], status[200];
	bool numbered;			/* show the session's number: there are several */
};

/*
 * The prompt: host and port, TLS, the transaction. `answering`: what is typed is a response to
 * AUTH. Lives until the next call.
 */
const struct edit_piece *where_prompt(struct where *, const struct session_view *, bool answering);

/*
 * The line above the prompt, once a wait takes long: what is waited for, its seconds, and what
 * that often means. NULL: nothing, or not long yet.
 */
const char *where_waits(struct where *, const struct session_view *);

enum { WHERE_PATIENCE_S = 3 };

#endif
