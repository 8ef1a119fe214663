/*
 * The command of a pipe: target. Its standard input and output are the session's connection; its
 * standard error is reported line by line.
 */
#ifndef RUN_SESSION_CHILD_H
#define RUN_SESSION_CHILD_H

#include "base/err.h"
#include "base/span.h"
#include "net/loop.h"

enum child_news {
	CHILD_WROTE, /* a line of its standard error, in `line` */
	CHILD_ENDED, /* how it ended, in `line`; empty: with status 0 */
	CHILD_OVER,  /* whoever called child_is_ending need wait no longer */
};
typedef void child_fn(void *ctx, enum child_news, struct span line);

struct child;
/*
 * Runs a command by sh -c. `fd` is its end of the connection and stays the caller's. NULL with
 * err.
 */
struct child *child_run(
    struct loop *, struct span command, int fd, child_fn *, void *ctx, struct err *);
void child_free(struct child *); /* also terminates it; NULL is fine */

/* Reports what it has written to its standard error, by complete lines. NULL is fine. */
void child_report(struct child *);
void child_report_rest(struct child *); /* all of it, since no more will come */
/*
 * Its side of the connection is closed: whether its exit is still to come. It is waited for half
 * a second; then, or when it exits, CHILD_OVER is reported. NULL: false.
 */
bool child_is_ending(struct child *);
bool child_is_awaited(const struct child *); /* whether child_is_ending was called */

#endif
