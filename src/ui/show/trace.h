/*
 * --debug: a trace fit for a bug report. Versions first, then every event as a JSON object per
 * line, and between them how many octets were read and written. It contains no secret: events are
 * masked where they are made, and octets are only counted.
 */
#ifndef UI_SHOW_TRACE_H
#define UI_SHOW_TRACE_H

#include "run/session/session.h"

/*
 * Begins to write the trace to `file` unless that is NULL, and hooks it into the environment.
 * False with err: it cannot be written.
 */
bool trace_begin(struct session_env *, const char *file, struct err *);
/*
 * Ends it. False when it could not be written in full, with err, unless err already holds an
 * error.
 */
bool trace_end(struct session_env *, struct err *);

#endif
