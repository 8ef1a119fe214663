/* Profiles: scripts that come with smtpsh and play well-known kinds of servers, found by name. */
#ifndef UI_OPTIONS_PROFILE_H
#define UI_OPTIONS_PROFILE_H

#include "base/arena.h"
#include "base/err.h"

/*
 * Finds a profile below $SMTPSH_DATA, else where it was installed; *path is allocated in the arena.
 * Returns false and sets err when the name is malformed or there is no such profile.
 */
bool profile_find(const char *name, struct arena *, const char **path, struct err *);

#endif
