/*
 * Writes events as a script that replays at once, at level `text`, against the same server: what
 * was sent stands as it was typed, what was received as an expectation, in which what is another at
 * each session (varying.h) is a typed place. Secrets are replaced by the functions that make them,
 * texts of the server that look like patterns are escaped, octets that could drive a terminal are
 * matched by [..]. A message is written as its lines, whatever sent it, when it has at most 1 MiB.
 * Each connection is a case.
 */
#ifndef RUN_SCRIPT_TRANSCRIPT_H
#define RUN_SCRIPT_TRANSCRIPT_H

#include "base/buf.h"
#include "run/session/event.h"

typedef void transcript_write_fn(void *ctx, struct span text);

struct transcript_opts {
	transcript_write_fn *write;
	void *ctx;
	bool no_bodies;			/* write only the size of a message */
	bool times;			/* write /took after a reply: how long it took */
	/* sessions written before; numbering continues after them */
	unsigned before;
};

struct transcript;
struct transcript *transcript_new(const struct transcript_opts *);
void transcript_free(struct transcript *);	/* NULL is fine */
void transcript_event(void *transcript, const struct event *);	/* an event_fn */

enum { TRANSCRIPT_USER_MAX = 128 };	/* with its NUL */
/* Adds "/var user=NAME"; false, and nothing is added: the name cannot stand so. */
bool transcript_put_user(struct buf *, struct span user);

#endif
