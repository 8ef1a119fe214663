/* child - the command of a pipe: target, and its standard error. */
#include "run/session/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/port.h"

/* 64 KiB in all, the most that a pipe holds */
enum { TEXT_MAX = 4096, READS_A_TURN = 16, END_MS = 500 };

struct child {
	struct loop *loop;
	struct loop_child *process;
	int fd; /* its standard error */
	struct loop_watch *watch;
	struct buf text;    /* the incomplete last line that it wrote */
	bool ending, ended; /* its exit is waited for; the wait is over */
	struct loop_timer *patience;
	child_fn *news;
	void *ctx;
};

void
child_free(struct child *c)
{
	if (!c)
		return;
	loop_child_free(c->process);
	loop_timer_free(c->patience);
	if (c->watch) {
		loop_unwatch(c->watch);
		close(c->fd);
	}
	buf_release(&c->text);
	free(c);
}

static void
child_tell_line(struct child *c, struct span line)
{
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	if (line.len > 0)
		c->news(c->ctx, CHILD_WROTE, line);
}

/* Reports complete lines. An incomplete one is reported when it fills the buffer, or if `over`. */
static void
child_tell_lines(struct child *c, bool over)
{
	struct span all = buf_span(&c->text), line;

	while (all.len > 0) {
		const char *lf = memchr(all.at, '\n', all.len);
		if (!lf && !over && all.len < TEXT_MAX)
			break;
		line = lf ? span_until(&all, '\n') : all;
		if (!lf)
			all.len = 0;
		child_tell_line(c, line);
	}
	buf_consume(&c->text, buf_span(&c->text).len - all.len);
}

/* Returns false if there is no more for now. */
static bool
child_read(struct child *c)
{
	size_t room;
	char *at = buf_reserve(&c->text, TEXT_MAX - buf_span(&c->text).len, &room);
	ssize_t n = at ? read(c->fd, at, room) : 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0)
		buf_commit(&c->text, (size_t)n);
	else
		loop_want(c->watch, 0);
	child_tell_lines(c, n <= 0);
	return n > 0;
}

void
child_report(struct child *c)
{
	for (int i = 0; c && i < READS_A_TURN && child_read(c); i++)
		;
}

void
child_report_rest(struct child *c)
{
	child_report(c);
	if (c)
		child_tell_lines(c, true);
}

static void
child_on_text(void *ctx, unsigned ready)
{
	(void)ready;
	child_read(ctx);
}

static void
child_over(void *ctx, unsigned ready)
{
	struct child *c = ctx;

	(void)ready;
	c->ended = true;
	if (c->ending)
		c->news(c->ctx, CHILD_OVER, SPAN_NONE);
}

bool
child_is_ending(struct child *c)
{
	if (!c || c->ended)
		return false;
	if (!c->ending) {
		c->patience = loop_timer(c->loop, child_over, c);
		loop_timer_set(c->patience, END_MS);
	}
	c->ending = true;
	return true;
}

bool
child_is_awaited(const struct child *c)
{
	return c && c->ending;
}

static void
child_on_end(void *ctx, int status, int signal)
{
	struct child *c = ctx;
	char how[80] = "";

	child_report_rest(c);
	if (signal)
		snprintf(how, sizeof how, "the command was killed by signal %d", signal);
	else if (status == 127)
		snprintf(how, sizeof how, "command not found (status 127)");
	else if (status != 0)
		snprintf(how, sizeof how, "the command exited with status %d", status);
	c->news(c->ctx, CHILD_ENDED, span_of(how));
	child_over(c, 0);
}

struct child *
child_run(
    struct loop *loop, struct span command, int fd, child_fn *news, void *ctx, struct err *err)
{
	struct child *c = memory_zeroed(sizeof *c);
	struct arena arena = { 0 };
	char shell[] = "/bin/sh", option[] = "-c";
	char *argv[] = { shell, option, arena_string(&arena, command), NULL };
	int ends[2];

	*c = (struct child){ .loop = loop, .text = { .max = TEXT_MAX }, .news = news, .ctx = ctx };
	if (port_pipe(ends) != 0) {
		err_set(err, ERR_SYSTEM, "cannot create a pipe for the command's output: %s",
		    strerror(errno));
	} else {
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		c->fd = ends[0];
		c->watch = loop_watch(loop, ends[0], LOOP_READ, child_on_text, c, err);
		if (!c->watch)
			close(ends[0]);
		else
			c->process = loop_spawn(loop, argv, fd, ends[1], child_on_end, c, err);
		close(ends[1]);
	}
	arena_release(&arena);
	if (c->process)
		return c;
	child_free(c);
	return NULL;
}
