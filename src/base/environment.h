/*
 * The environment, as far as it holds secrets. A variable whose name begins with SMTPSH_SECRET_
 * is one, and so is a variable that an option names as such; no child process inherits either.
 */
#ifndef BASE_ENVIRONMENT_H
#define BASE_ENVIRONMENT_H

#include "base/arena.h"

/*
 * The variable's value, which children no longer inherit from now on; may be called again. NULL:
 * not set.
 */
const char *environment_secret(const char *name);

extern char **environ;		/* not every system declares it */

/*
 * All variables that a child may have, in execve's form. The array lives in the arena; the
 * strings are the environment's own.
 */
char **environment_of_child(struct arena *);

#endif
