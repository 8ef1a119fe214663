/*
 * A transcript into a file of the person's: 0600, never over an existing one; --log goes on behind
 * what is there, and not in a line that is unfinished. Where it could not be written for a while, a
 * comment says so.
 */
#ifndef UI_SHOW_LOG_H
#define UI_SHOW_LOG_H

#include "run/script/transcript.h"

struct log;
/* Appends to the file. NULL with err. */
struct log *log_open(const char *file, bool no_bodies, bool times, struct err *);
void log_close(struct log *);		/* NULL is fine */
const char *log_name(const struct log *);		/* its file */
void log_event(void *log, const struct event *);	/* an event_fn */
bool log_ok(const struct log *, struct err *);	/* false: it could not be written to */

/* `text` into a new file; one that exists is not touched. */
bool log_save(const char *file, struct span text, struct err *);

#endif
