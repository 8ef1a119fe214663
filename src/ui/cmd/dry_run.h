/* --dry-run: shows what would be looked up, connected to and sent, without doing any of it. */
#ifndef UI_CMD_DRY_RUN_H
#define UI_CMD_DRY_RUN_H

#include "ui/options/options.h"

/*
 * Prints what a session does before its first line, then the lines of -c, or else of `text`, as
 * they would be sent, with secrets masked. `target` may be NULL.
 */
void dry_run(const struct options *, const struct target *, struct span text);
/*
 * Prints the dialogue of `send`, and the message. Returns false and sets err when the message
 * cannot be read.
 */
bool dry_run_send(const struct options *, const struct target *, struct err *);
/*
 * Prints the dialogue of `probe` for each target. Returns false and sets err when a target is
 * malformed.
 */
bool dry_run_probe(struct options *, struct err *);

#endif
