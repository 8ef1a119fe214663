/* --dry-run: what would be looked up, connected and sent, with nothing looked up or connected. */
#ifndef UI_CMD_DRY_RUN_H
#define UI_CMD_DRY_RUN_H

#include "ui/options/options.h"

/*
 * Prints what a session does before its lines, and the lines as they would be sent, with secrets
 * starred: those of -c, else of `text`. `target` may be NULL.
 */
void dry_run(const struct options *, const struct target *, struct span text);
/* Prints the dialogue of `send`, and the message. False with err: it cannot be read. */
bool dry_run_send(const struct options *, const struct target *, struct err *);
/* Prints the dialogue of `probe` for each target. False with err: a target is malformed. */
bool dry_run_probe(struct options *, struct err *);

#endif
