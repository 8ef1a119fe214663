/*
 * A profile: a script of the project's that plays a well-known kind of server, found by its name.
 */
#ifndef UI_OPTIONS_PROFILE_H
#define UI_OPTIONS_PROFILE_H

#include "base/arena.h"
#include "base/err.h"

/*
 * Below $SMTPSH_DATA, else where it was installed. False with err: the name is none, or there is no
 * such profile.
 */
bool profile_find(const char *name, struct arena *, const char **path, struct err *);

#endif
