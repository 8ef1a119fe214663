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
	CHILD_OVER,  /* after child_is_ending: the wait is over */
};
typedef void child_fn(void *ctx, enum child_news, struct span line);

struct child;
/*
 * Runs a command with sh -c. `fd`, its end of the connection, becomes its standard input and output
 * and remains the caller's. Returns NULL and sets err on failure.
 */
struct child *child_run(
    struct loop *, struct span command, int fd, child_fn *, void *ctx, struct err *);
void child_free(struct child *); /* also terminates the command; NULL is fine */

/* Reports what the command has written to its standard error, as complete lines. NULL is fine. */
void child_report(struct child *);
void child_report_rest(struct child *); /* all of it, including an incomplete last line */
/*
 * Returns whether the command, whose side of the connection was closed, has yet to exit. If so,
 * CHILD_OVER is reported when it exits, or after half a second. NULL: false.
 */
bool child_is_ending(struct child *);
bool child_is_awaited(const struct child *); /* whether child_is_ending was called */

#endif
