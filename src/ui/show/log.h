/*
 * log - writes a transcript to a file of the user's. Files are created with mode 0600. log_open
 * appends, and ends an unfinished line first; log_save never overwrites a file. If part of a
 * session could not be written, a comment in the file says so.
 */
#ifndef UI_SHOW_LOG_H
#define UI_SHOW_LOG_H

#include "run/script/transcript.h"

struct log;
/* Opens a file for appending. Returns NULL with err. */
struct log *log_open(const char *file, bool no_bodies, bool times, struct err *);
void log_close(struct log *);		/* NULL is fine */
const char *log_name(const struct log *);		/* the file's name */
void log_event(void *log, const struct event *);	/* an event_fn */
bool log_ok(const struct log *, struct err *);	/* false with err: a write failed */

/* Writes `text` to a new file. Returns false with err; an existing file is not touched. */
bool log_save(const char *file, struct span text, struct err *);

#endif
