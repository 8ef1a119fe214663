/* A question to the person at the terminal, by itself: for commands that have no prompt. */
#ifndef UI_EDIT_ASK_H
#define UI_EDIT_ASK_H

#include "base/secret.h"

bool ask_is_possible(void);		/* there is a terminal, for what comes and what goes */
/*
 * Reads one line from the terminal, without echo when it is secret. False: ^C, ^D, or the terminal
 * is gone.
 */
bool ask_terminal(struct span prompt, bool secret, struct secret *answer);

#endif
