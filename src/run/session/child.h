/*
 * The command of a pipe: target. Its standard input and output are the session's connection; what
 * it writes to its standard error is told line by line.
 */
#ifndef RUN_SESSION_CHILD_H
#define RUN_SESSION_CHILD_H

#include "base/err.h"
#include "base/span.h"
#include "net/loop.h"

enum child_news {
	CHILD_WROTE, /* a line of its standard error, in `line` */
	CHILD_ENDED, /* how it ended, in `line`; empty: well */
	CHILD_OVER,  /* who asked child_is_ending need wait no longer */
};
typedef void child_fn(void *ctx, enum child_news, struct span line);

struct child;
/* `fd` is the command's end of the connection; it stays the caller's. NULL with err. */
struct child *child_run(
    struct loop *, struct span command, int fd, child_fn *, void *ctx, struct err *);
void child_free(struct child *); /* also lets it go; NULL is fine */

/* What it has written to its standard error is told, by whole lines. NULL is fine. */
void child_hear(struct child *);
void child_hear_out(struct child *); /* all of it, for there will be no more */
/*
 * Its side of the connection is closed: is how it ended still to come? A command is waited for half
 * a second; then, or when it ends, CHILD_OVER is told. NULL: no.
 */
bool child_is_ending(struct child *);
bool child_is_awaited(const struct child *); /* that was asked */

#endif
