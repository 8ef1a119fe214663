/*
 * Received messages are stored in a Maildir, an mbox and a file of lines: in all of them that were
 * asked for, or in none, so that what is then said to the client is true. Lines end in LF there,
 * and the envelope stands in header lines above.
 */
#ifndef RUN_SERVE_KEEP_H
#define RUN_SERVE_KEEP_H

#include "run/session/event.h"

struct keep_opts {
	const char *maildir;		/* made where there is none; NULL: none */
	/* appended to; NULL: none. lines "-" is the standard output */
	const char *mbox, *lines;
};

struct keep;
/* NULL with err: one of them cannot be written */
struct keep *keep_new(const struct keep_opts *, struct err *);
void keep_free(struct keep *);		/* NULL is fine */

/*
 * An EVENT_MESSAGE whose text was kept, and the line of it for ->lines. False with err, errno in
 * ->sys: it is stored nowhere, and nothing of it was left behind. The next one is tried again:
 * there may be room then.
 */
bool keep_message(struct keep *, const struct event *, struct span line, struct err *);

#endif
