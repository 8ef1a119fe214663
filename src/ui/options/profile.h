/* Profiles: scripts of the project that play well-known kinds of servers, found by name. */
#ifndef UI_OPTIONS_PROFILE_H
#define UI_OPTIONS_PROFILE_H

#include "base/arena.h"
#include "base/err.h"

/*
 * Finds a profile below $SMTPSH_DATA, else where it was installed; *path lives in the arena.
 * False with err: the name is malformed, or there is no such profile.
 */
bool profile_find(const char *name, struct arena *, const char **path, struct err *);

#endif
