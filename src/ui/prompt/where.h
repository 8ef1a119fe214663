/* The state of the session, as shown in the prompt and in the line above it. */
#ifndef UI_PROMPT_WHERE_H
#define UI_PROMPT_WHERE_H

#include "run/play/player.h"
#include "ui/edit/edit.h"
#include "ui/show/screen.h"
#include "ui/show/waiting.h"

struct where {
	const struct screen *screen;	/* for the colors of the prompt */
	struct edit_piece piece[14];
	char host[160], number[8], tls[40], state[40], status[WAITING_LINE];
	/* the user name of the last AUTH of each session; "": unknown */
	char user[PLAYER_SESSIONS][40];
	bool numbered;			/* several sessions: show the number of this one */
};

/*
 * Returns the prompt: user, host and port, TLS ("!": not verified), and the transaction; valid
 * until the next call. `answering`: what is typed is a response to AUTH.
 */
const struct edit_piece *where_prompt(struct where *, const struct session_view *, bool answering);
/* Remembers the user name that this session sent with AUTH. */
void where_user(struct where *, unsigned session, struct span user);

/* Returns the line above the prompt while waiting; NULL: not waiting, or not for long. */
const char *where_waits(struct where *, const struct session_view *);

#endif
