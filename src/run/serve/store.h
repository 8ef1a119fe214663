/*
 * Stores received messages in a Maildir, an mbox and a file of lines: in all of those that were
 * asked for or in none, so that the reply to the client is true. Lines end in LF there, and
 * header fields above the message hold the envelope. Messages are stored one after the other. A
 * pipe whose reader has stopped blocks nobody: the caller tries again, and gives up in time.
 */
#ifndef RUN_SERVE_STORE_H
#define RUN_SERVE_STORE_H

#include "base/buf.h"
#include "run/session/event.h"

struct store_opts {
	const char *maildir; /* created if missing; NULL: none */
	/* appended to; NULL: none. lines "-": standard output */
	const char *mbox, *lines;
	void (*line)(const struct event *, struct buf *out); /* of ->lines: of one message */
};

/* how long a message may wait for readers of pipes */
enum { STORE_WAIT_MS = 10000 };

struct store;
/* NULL with err: one of them cannot be written */
struct store *store_new(const struct store_opts *, struct err *);
void store_free(struct store *); /* NULL is fine */

enum stored {
	STORED,
	STORING, /* a reader is waited for: call again, with the same, in a moment */
	/*
	 * err, errno in ->sys: it is stored nowhere, and nothing of it was left behind but what a
	 * pipe took. The next one is tried again: there may be room then.
	 */
	STORE_FAILED,
};
/*
 * An EVENT_MESSAGE whose text was kept. `storing` is NULL at first, and again when it is over:
 * what the store keeps of it meanwhile.
 */
struct storing;
enum stored store_message(
    struct store *, const struct event *, struct storing **storing, struct err *);
/* Adds an EVENT_MESSAGE as a Maildir has it: the envelope in header lines above, lines ended by LF.
 */
void store_print_message(struct buf *, const struct event *);
/* It is waited for no longer, and not stored; NULL is fine. */
void store_give_up(struct storing *);

#endif
