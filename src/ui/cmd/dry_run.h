/* --dry-run of a session: what would be sent, without a lookup or a connection. */
#ifndef UI_CMD_DRY_RUN_H
#define UI_CMD_DRY_RUN_H

#include "ui/options/options.h"

/*
 * Prints what is done before the lines, and the lines as they would be sent, with secrets
 * starred: those of -c, else of `text`. `target` may be NULL.
 */
void dry_run(const struct options *, const struct target *, struct span text);

#endif
