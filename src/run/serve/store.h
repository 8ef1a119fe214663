/*
 * store - stores received messages in a Maildir, an mbox and a file of lines. A message is stored
 * in all of those that are configured or in none, so that the reply to the client is true. Stored
 * lines end in LF, and header fields above the message hold the envelope. Messages are stored one
 * at a time. A pipe whose reader is stalled does not block: the caller tries again, and the store
 * gives up after STORE_WAIT_MS.
 */
#ifndef RUN_SERVE_STORE_H
#define RUN_SERVE_STORE_H

#include "base/buf.h"
#include "run/session/event.h"

struct store_opts {
	const char *maildir; /* created if missing; NULL: none */
	/* appended to; NULL: none. "-" for lines: standard output */
	const char *mbox, *lines;
	void (*line)(const struct event *, struct buf *out); /* appends a message's line */
};

/* maximum time that a message waits for the readers of pipes */
enum { STORE_WAIT_MS = 10000 };

struct store;
/* Returns a store, or NULL with err if one of the files cannot be written. */
struct store *store_new(const struct store_opts *, struct err *);
void store_free(struct store *); /* NULL is fine */

enum stored {
	STORED,
	STORING, /* waits for a reader: call again soon with the same arguments */
	/*
	 * err (errno in ->sys). The message is stored nowhere, and nothing of it is left behind
	 * except what a pipe has taken. The next message is tried again.
	 */
	STORE_FAILED,
};
/*
 * Stores an EVENT_MESSAGE whose text was kept. *storing is NULL at first, holds the store's state
 * while STORING is returned, and is NULL again at the end.
 */
struct storing;
enum stored store_message(
    struct store *, const struct event *, struct storing **storing, struct err *);
/* Appends an EVENT_MESSAGE as a Maildir has it: the envelope in header fields, line endings LF. */
void store_print_message(struct buf *, const struct event *);
/* Stops storing a message that is STORING; it is stored nowhere. NULL is fine. */
void store_give_up(struct storing *);

#endif
