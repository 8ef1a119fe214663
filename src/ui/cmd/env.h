/*
 * What the sessions of one run of the program share: the loop, TLS, the resolver, the built-in test
 * server and the trace of --debug.
 */
#ifndef UI_CMD_ENV_H
#define UI_CMD_ENV_H

#include "ui/options/options.h"

/*
 * Sets up the env from the options and SSLKEYLOGFILE. Returns false and sets err when the trace
 * cannot be written. env_end must be called in either case.
 */
bool env_begin(struct session_env *, const struct options *, struct err *);
/*
 * Frees the env; all sessions must have been freed. Returns false when the trace could not be
 * written in full, and sets err unless it already holds an error.
 */
bool env_end(struct session_env *, struct err *);
/* Like env_end, as the last step of a command: prints that error. Returns the exit status. */
int env_finish(struct session_env *, int status);

#endif
