/*
 * trace - --debug: a trace for bug reports. It has versions first, then every event as a JSON
 * object per line and, between them, the numbers of octets read and written. It contains no
 * secrets: events are masked where they are made, and octets are only counted.
 */
#ifndef UI_SHOW_TRACE_H
#define UI_SHOW_TRACE_H

#include "run/session/session.h"

/*
 * Starts a trace to `file`, by hooks in the environment; does nothing if file is NULL. Returns
 * false with err if it cannot be opened.
 */
bool trace_begin(struct session_env *, const char *file, struct err *);
/*
 * Ends the trace. Returns false if it could not be written in full, with err unless that already
 * holds an error.
 */
bool trace_end(struct session_env *, struct err *);

#endif
