/*
 * The environment, where it holds secrets. What begins with SMTPSH_SECRET_ is one, and so is what
 * an option names as such; no child process inherits either.
 */
#ifndef BASE_ENVIRONMENT_H
#define BASE_ENVIRONMENT_H

#include "base/arena.h"

/*
 * The variable's value, from then on out of the sight of children; may be asked for again. NULL:
 * there is none.
 */
const char *environment_secret(const char *name);

extern char **environ;		/* not every system declares it */

/*
 * All variables that a child may have, as execve wants them. Lives in the arena; the strings are
 * the environment's own.
 */
char **environment_of_child(struct arena *);

#endif
