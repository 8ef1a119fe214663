/* Asks the user at the terminal, for commands that have no prompt. */
#ifndef UI_EDIT_ASK_H
#define UI_EDIT_ASK_H

#include "base/secret.h"

bool ask_is_possible(void);		/* whether standard input and output are a terminal */
bool ask_has_terminal(void);		/* whether there is one, whatever these are */
/*
 * Reads one line from the terminal, without echo when `secret`. False: ^C, ^D, or the terminal is
 * gone.
 */
bool ask_terminal(struct span prompt, bool secret, struct secret *answer);

#endif
