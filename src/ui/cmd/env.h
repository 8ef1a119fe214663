/*
 * What the sessions of one run of the program share: the loop, TLS, the resolver, the server
 * inside, --debug's trace.
 */
#ifndef UI_CMD_ENV_H
#define UI_CMD_ENV_H

#include "ui/options/options.h"

/*
 * As the options and SSLKEYLOGFILE say. False with err: the trace cannot be written. To be ended in
 * either case.
 */
bool env_begin(struct session_env *, const struct options *, struct err *);
/*
 * When its sessions are gone. False when not all of the trace could be written, with err, unless
 * that says something already.
 */
bool env_end(struct session_env *, struct err *);

#endif
