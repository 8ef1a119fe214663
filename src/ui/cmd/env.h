/*
 * What the sessions of one run of the program share: the loop, TLS, the resolver, the built-in
 * test server, --debug's trace.
 */
#ifndef UI_CMD_ENV_H
#define UI_CMD_ENV_H

#include "ui/options/options.h"

/*
 * Sets it up from the options and SSLKEYLOGFILE. False with err: the trace cannot be written.
 * env_end is to be called in either case.
 */
bool env_begin(struct session_env *, const struct options *, struct err *);
/*
 * Called when all sessions are freed. False when the trace could not be written in full, with
 * err, unless err already holds an error.
 */
bool env_end(struct session_env *, struct err *);
/* The same, as the last thing of a command: reports that error. The exit status. */
int env_finish(struct session_env *, int status);

#endif
