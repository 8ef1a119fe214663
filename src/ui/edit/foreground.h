/*
 * Another program of the person's, an editor or a pager, for which ours waits. The terminal must
 * have been lent to it.
 */
#ifndef UI_EDIT_FOREGROUND_H
#define UI_EDIT_FOREGROUND_H

#include "base/err.h"

/*
 * Runs `command`, which a shell splits into words, with `argument` (NULL: none) behind it and
 * `input` as its standard input (-1: ours). ^C is its own meanwhile. False with err when it cannot
 * be started or ends in a failure.
 */
bool foreground_run(const char *command, const char *argument, int input, struct err *err);

#endif
