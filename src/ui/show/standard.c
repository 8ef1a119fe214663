/* standard - standard input, output and error. */
#include "ui/show/standard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/port.h"
#include "base/text.h"
#include "net/loop.h"

void
standard_begin(void)
{
	/* open returns the lowest free number */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			return;
}

bool
standard_room(void)
{
	int fd[8];
	size_t n = 0;

	while (n < sizeof fd / sizeof *fd && (fd[n] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) >= 0)
		n++;
	bool room = n == sizeof fd / sizeof *fd;
	if (!room)
		fprintf(stderr,
		    "smtpsh: only %zu file descriptors available, %zu needed (ulimit -n)\n", n,
		    sizeof fd / sizeof *fd);
	while (n > 0)
		close(fd[--n]);
	return room;
}

void
standard_silence(void)
{
	int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (nothing < 0)
		return;
	dup2(nothing, STDOUT_FILENO);
	close(nothing);
}

/* A pipe may be closed early: head(1) exits when it has enough. */
static bool
is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

void
standard_turn(struct loop *loop, bool wait)
{
	struct stat st;

	if (port_is_pending(stdout) && fstat(STDOUT_FILENO, &st) == 0 && !S_ISCHR(st.st_mode))
		fflush(stdout);
	loop_turn(loop, wait);
}

int
standard_end(int status, int lost)
{
	bool failed = ferror(stdout) != 0;	/* in an earlier write: errno is lost */
	bool now = fflush(stdout) != 0;
	int why = errno;

	if ((!failed && !now) || is_pipe(STDOUT_FILENO) || status >= 128)
		return status;
	fprintf(stderr, "smtpsh: cannot write the output%s%s\n", now ? ": " : "",
	    now ? strerror(why) : "");
	return lost;
}

void
complain(const struct err *err)
{
	struct arena arena = { 0 };

	/* It may quote a line of a file, which is not safe to print. */
	fprintf(stderr, "smtpsh: %.*s\n", SPAN_ARG(text_safe(&arena, span_of(err->text))));
	arena_release(&arena);
	if (err->source[0])
		fprintf(stderr, "%5u | %s\n      | %*s^\n", err->line, err->source,
		    (int)err->before, "");
}
