/*
 * --debug: a trace fit for a bug report. Versions first, then every event as a JSON object a line,
 * and between them how many octets were read and written. No secret is in it: events are masked
 * where they are made, and of the wire only counts stand there beside them.
 */
#ifndef UI_SHOW_TRACE_H
#define UI_SHOW_TRACE_H

#include "run/session/session.h"

/*
 * Begins to write o->debug, where it is given, and hooks it into the environment. False with err:
 * it cannot be written.
 */
bool trace_begin(struct session_env *, const char *file, struct err *);
/* False when not all could be written, with err, unless that says something already. */
bool trace_end(struct session_env *, struct err *);

#endif
