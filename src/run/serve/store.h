/*
 * Received messages are stored in a Maildir, an mbox and a file of lines: in all of them that were
 * asked for, or in none, so that what is then said to the client is true. Lines end in LF there,
 * and the envelope stands in header lines above.
 */
#ifndef RUN_SERVE_STORE_H
#define RUN_SERVE_STORE_H

#include "run/session/event.h"

struct store_opts {
	const char *maildir; /* made where there is none; NULL: none */
	/* appended to; NULL: none. lines "-" is the standard output */
	const char *mbox, *lines;
};

struct store;
/* NULL with err: one of them cannot be written */
struct store *store_new(const struct store_opts *, struct err *);
void store_free(struct store *); /* NULL is fine */

/*
 * An EVENT_MESSAGE whose text was kept, and the line of it for ->lines. False with err, errno in
 * ->sys: it is stored nowhere, and nothing of it was left behind. The next one is tried again:
 * there may be room then.
 */
bool store_message(struct store *, const struct event *, struct span line, struct err *);

#endif
