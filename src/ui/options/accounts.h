/* The accounts of a server, from a file of lines "user:password". */
#ifndef UI_OPTIONS_ACCOUNTS_H
#define UI_OPTIONS_ACCOUNTS_H

#include "base/arena.h"
#include "run/serve/mta.h"

/*
 * Reads the accounts into the arena; the list ends with a zeroed one. Returns false and sets err
 * when the file cannot be read or a line is malformed.
 */
bool accounts_read(const char *file, struct arena *, const struct mta_account **, struct err *);

#endif
