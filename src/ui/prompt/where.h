/* The state of the session, as the prompt and the line above it show it. */
#ifndef UI_PROMPT_WHERE_H
#define UI_PROMPT_WHERE_H

#include "run/play/player.h"
#include "ui/edit/edit.h"
#include "ui/show/screen.h"
#include "ui/show/waiting.h"

struct where {
	const struct screen *screen;	/* whose inks the prompt has */
	struct edit_piece piece[14];
	char host[160], number[8], tls[40], state[40], status[WAITING_LINE];
	/* who the last AUTH of each session was for; "": not known */
	char user[PLAYER_SESSIONS][40];
	bool numbered;			/* show the session's number: there are several */
};

/*
 * The prompt: who is logged in, host and port, TLS ("!": not verified), the transaction.
 * `answering`: what is typed is a response to AUTH. Lives until the next call.
 */
const struct edit_piece *where_prompt(struct where *, const struct session_view *, bool answering);
/* Remembers the user name that an AUTH of this session was sent with. */
void where_user(struct where *, unsigned session, struct span user);

/* The line above the prompt while something is waited for. NULL: nothing is, or not for long. */
const char *where_waits(struct where *, const struct session_view *);

#endif
