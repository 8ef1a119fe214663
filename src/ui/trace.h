/*
 * --debug: a trace fit for a bug report. Versions first, then every event as a JSON object a line, and between them
 * how many octets were read and written. No secret is in it: events are masked where they are made, and of the wire
 * only counts stand there beside them.
 */
#ifndef UI_TRACE_H
#define UI_TRACE_H

#include "ui/options.h"

struct trace;
/* Begins to write o->debug, where it is given, and hooks it into the environment. False with err. NULL is no trace. */
bool trace_begin(struct trace **, const struct options *, struct session_env *, struct err *);
/* False when not all could be written, with err, unless that says something already. */
bool trace_end(struct trace *, struct err *);

#endif
