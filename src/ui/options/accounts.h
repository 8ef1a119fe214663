/* The accounts that a server knows, from a file of lines "user:password". */
#ifndef UI_OPTIONS_ACCOUNTS_H
#define UI_OPTIONS_ACCOUNTS_H

#include "base/arena.h"
#include "run/serve/mta.h"

/*
 * They lie in the arena and end in an empty one. False with err: it cannot be read, or a line is
 * none.
 */
bool accounts_read(const char *file, struct arena *, const struct mta_account **, struct err *);

#endif
