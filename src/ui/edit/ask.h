/* Questions to the user at the terminal, for commands that have no prompt. */
#ifndef UI_EDIT_ASK_H
#define UI_EDIT_ASK_H

#include "base/secret.h"

bool ask_is_possible(void);		/* whether standard input and output are terminals */
bool ask_has_terminal(void);		/* whether there is one, even if these are redirected */
/*
 * Reads one line from the terminal, without echo with `secret`. Returns false on ^C, on ^D at the
 * beginning of the line, or without a terminal.
 */
bool ask_terminal(struct span prompt, bool secret, struct secret *answer);

#endif
