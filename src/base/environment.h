/*
 * Secrets in the environment: variables whose names begin with SMTPSH_SECRET_, and those that an
 * option names as secret. Child processes do not inherit them.
 */
#ifndef BASE_ENVIRONMENT_H
#define BASE_ENVIRONMENT_H

#include "base/arena.h"

/*
 * Returns the value of a variable, which from now on is not passed on to children. May be called
 * again. NULL: not set.
 */
const char *environment_secret(const char *name);

extern char **environ;		/* not declared by every system */

/*
 * Returns the environment for a child, without secrets, in execve(2)'s form. The array lives in the
 * arena; the strings are those of the environment.
 */
char **environment_of_child(struct arena *);

#endif
