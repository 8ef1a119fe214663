/*
 * Writes a transcript to a file of the user's, with mode 0600 and never over an existing one;
 * --log appends, and never to an unfinished line. Where it could not be written for a while, a
 * comment says so.
 */
#ifndef UI_SHOW_LOG_H
#define UI_SHOW_LOG_H

#include "run/script/transcript.h"

struct log;
/* Opens a file for appending. NULL with err. */
struct log *log_open(const char *file, bool no_bodies, bool times, struct err *);
void log_close(struct log *);		/* NULL is fine */
const char *log_name(const struct log *);		/* its file */
void log_event(void *log, const struct event *);	/* an event_fn */
bool log_ok(const struct log *, struct err *);	/* false with err: it could not be written to */

/* Writes `text` to a new file. False with err; an existing file is not touched. */
bool log_save(const char *file, struct span text, struct err *);

#endif
