/*
 * Writes events as a script that can be replayed at once, at level `text`, against the same server.
 * What was sent is written as it was typed, what was received as an expectation, with a typed
 * placeholder for what varies from session to session (varying.h). Secrets are replaced by the
 * functions that make them; reply texts that look like patterns are escaped; octets that could
 * control a terminal are matched by [..]. A message of at most 1 MiB is written as its lines,
 * whatever command sent it. Each connection is a case.
 */
#ifndef RUN_SCRIPT_TRANSCRIPT_H
#define RUN_SCRIPT_TRANSCRIPT_H

#include "base/buf.h"
#include "run/session/event.h"

typedef void transcript_write_fn(void *ctx, struct span text);

struct transcript_opts {
	transcript_write_fn *write;
	void *ctx;
	bool no_bodies;			/* write only the size of a message, not its content */
	bool times;			/* write how long replies took (/took) */
	/* number of sessions written before; numbering continues after them */
	unsigned before;
};

struct transcript;
struct transcript *transcript_new(const struct transcript_opts *);
void transcript_free(struct transcript *);	/* NULL is fine */
void transcript_event(void *transcript, const struct event *);	/* an event_fn */

enum { TRANSCRIPT_USER_MAX = 128 };	/* with its NUL */
/*
 * Appends "/var user=NAME". Returns false and appends nothing when the name cannot be written that
 * way.
 */
bool transcript_put_user(struct buf *, struct span user);

#endif
