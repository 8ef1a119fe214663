/*
 * session - the command of a pipe: target: its input and output are the connection, what it says
 * beside is told.
 */
#include "run/session/session_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* a pipe holds no more than 16 times 4 KiB */
enum { ASIDE_MAX = 4096, ASIDES_A_TURN = 16, END_MS = 500 };

static void
tell_aside(struct session *s, struct span line)
{
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	if (line.len > 0)
		session_note(s, "the command's stderr: %.*s",
		    SPAN_ARG(session_shown(s, span_first(line, 500))));
}

/* Whole lines; one without an end is told when it is full, or when all is over. */
static void
tell_asides(struct session *s, bool over)
{
	struct span all = buf_span(&s->aside.text), line;

	while (all.len > 0) {
		const char *lf = memchr(all.at, '\n', all.len);
		if (!lf && !over && all.len < ASIDE_MAX)
			break;
		line = lf ? span_until(&all, '\n') : all;
		if (!lf)
			all.len = 0;
		tell_aside(s, line);
	}
	buf_consume(&s->aside.text, buf_span(&s->aside.text).len - all.len);
}

/* False: there is no more. */
static bool
read_asides(struct session *s)
{
	size_t room;
	char *at = buf_reserve(&s->aside.text, ASIDE_MAX - buf_span(&s->aside.text).len, &room);
	ssize_t n = at ? read(s->aside.fd, at, room) : 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0)
		buf_commit(&s->aside.text, (size_t)n);
	else
		loop_want(s->aside.watch, 0);
	tell_asides(s, n <= 0);
	return n > 0;
}

void
session_hear_child(struct session *s)
{
	for (int i = 0; s->aside.watch && i < ASIDES_A_TURN && read_asides(s); i++)
		;
}

static void
on_aside(void *ctx, unsigned ready)
{
	struct session *s = ctx;

	(void)ready;
	read_asides(s);
}

void
session_hear_child_out(struct session *s)
{
	session_hear_child(s);
	if (s->aside.watch)
		tell_asides(s, true);
}

void
session_leave_child(struct session *s)
{
	loop_child_free(s->child);
	loop_timer_free(s->aside.patience);
	s->child = NULL;
	s->aside.patience = NULL;
	s->aside.ending = s->aside.ended = false;
	if (!s->aside.watch)
		return;
	loop_unwatch(s->aside.watch);
	close(s->aside.fd);
	buf_release(&s->aside.text);
	s->aside.watch = NULL;
}

/* The end of what it says is seen again. */
static void
on_end(void *ctx, unsigned ready)
{
	struct session *s = ctx;

	(void)ready;
	s->aside.ended = true;
	if (s->aside.ending && s->conn)
		session_on_conn(s, CONN_READY);
}

bool
session_child_is_ending(struct session *s)
{
	if (!s->child || s->aside.ended)
		return false;
	if (!s->aside.ending) {
		s->aside.patience = loop_timer(s->env->loop, on_end, s);
		loop_timer_set(s->aside.patience, END_MS);
	}
	s->aside.ending = true;
	return true;
}

static void
on_child(void *ctx, int status, int signal)
{
	struct session *s = ctx;

	session_hear_child_out(s);
	if (signal)
		session_note(s, "the command was ended by signal %d", signal);
	else if (status == 127)
		session_note(s, "the command was not found (status 127)");
	else if (status != 0)
		session_note(s, "the command ended with status %d", status);
	on_end(s, 0);
}

static bool
run(struct session *s, struct span command, int in_out, struct err *err)
{
	struct arena arena = { 0 };
	char shell[] = "/bin/sh", c[] = "-c";
	char *argv[] = { shell, c, arena_string(&arena, command), NULL };
	int aside[2];

	if (pipe2(aside, O_CLOEXEC) != 0)
		return err_set(
		    err, ERR_SYSTEM, "no pipe for what the command says: %s", strerror(errno));
	fcntl(aside[0], F_SETFL, O_NONBLOCK);
	s->aside.fd = aside[0];
	s->aside.text.max = ASIDE_MAX;
	s->aside.watch = loop_watch(s->env->loop, aside[0], LOOP_READ, on_aside, s, err);
	if (!s->aside.watch)
		close(aside[0]);
	else
		s->child = loop_spawn(s->env->loop, argv, in_out, aside[1], on_child, s, err);
	close(aside[1]);
	arena_release(&arena);
	return s->child != NULL;
}

bool
session_run_command(struct session *s, struct span command)
{
	struct err err;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		session_fail(
		    s, ERR_SYSTEM, "no pair of sockets for the command: %s", strerror(errno));
		return false;
	}
	fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK);
	bool ok = session_over(s, pair[0], SPAN("pipe"), NULL);
	if (ok) {
		conv_bear_chatter(s->conv);
		ok = run(s, command, pair[1], &err);
		if (!ok)
			session_fail(s, err.kind, "%s", err.text);
	}
	close(pair[1]);
	return ok;
}
