/* foreground - runs an editor, a pager or a shell command of the user's and waits for it. */
#include "ui/edit/foreground.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/file.h"

enum { NOT_FOUND = 127 };	/* exit status of a shell that cannot find a program */

/* The argument is passed as "$1", so that the shell does not split it into words. */
static void
foreground_become(struct span command, const char *argument, int input)
{
	struct arena arena = { 0 };
	struct span line = arena_printf(
	    &arena, "%.*s%s", SPAN_ARG(command), argument ? " \"$1\"" : "");

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	if (input >= 0)
		dup2(input, STDIN_FILENO);
	environ = environment_of_child(&arena);
	execl("/bin/sh", "sh", "-c", arena_string(&arena, line), "sh", argument, (char *)NULL);
	_exit(NOT_FOUND);
}

/* SIGINT and SIGQUIT are ignored meanwhile: ^C is for the child. */
static bool
foreground_wait(
    struct span command, const char *argument, int input, int *status, struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, interrupt, quit;
	int how = 0;
	pid_t child = fork();

	if (child < 0)
		return err_set(err, ERR_SYSTEM, "cannot start %.*s: %s", SPAN_ARG(command),
		    strerror(errno));
	if (child == 0)
		foreground_become(command, argument, input);
	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	while (waitpid(child, &how, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : WIFSIGNALED(how) ? 128 + WTERMSIG(how) : 0;
	return true;
}

bool
foreground_shell(struct span command, int input, int *status, struct err *err)
{
	return foreground_wait(command, NULL, input, status, err);
}

/*
 * Runs `command`, which a shell splits into words, with `argument` (NULL: none) after it and
 * `input` as its standard input (-1: ours). Returns false and sets err when it cannot be started or
 * fails.
 */
static bool
foreground_run(const char *command, const char *argument, int input, struct err *err)
{
	int status;

	if (!foreground_wait(span_of(command), argument, input, &status, err))
		return false;
	if (status == NOT_FOUND)
		return err_set(err, ERR_SYSTEM, "program not found: %s", command);
	return status == 0 || err_set(err, ERR_SYSTEM, "%s failed", command);
}

/* ---- an editor: a text written by the user */

static const char *
editor_name(void)
{
	const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");

	return visual && *visual ? visual : editor && *editor ? editor : "vi";
}

bool
editor_write(struct arena *arena, struct span *text, struct err *err)
{
	const char *folder = getenv("TMPDIR");
	char path[500];

	snprintf(path, sizeof path, "%s/smtpsh-XXXXXX", folder && *folder ? folder : "/tmp");
	int fd = mkstemp(path);
	if (fd < 0)
		return err_set(
		    err, ERR_SYSTEM, "%s: cannot create a file for the editor: "
		        "%s", path, strerror(errno));
	close(fd);
	bool ok = foreground_run(editor_name(), path, -1, err) &&
	    file_read(path, FILE_REGULAR, EDITOR_TEXT_MAX, arena, text, err);
	unlink(path);
	return ok;
}

/* ---- a pager: output taller than the screen */

/* $PAGER, else less; an empty $PAGER means no pager. */
static const char *
pager_name(void)
{
	const char *program = getenv("PAGER");

	return program ? program : "less";
}

void
pager_begin(struct pager *p, struct screen *s)
{
	FILE *held = s->able && pager_name()[0] ? tmpfile() : NULL;

	*p = (struct pager){ 0 };
	if (!held)
		return;
	screen_hold(s, held, false, &p->held);
}

static bool
pager_is_needed(FILE *held, int terminal)
{
	struct winsize size;
	unsigned lines = 0;
	int c;

	rewind(held);
	while ((c = getc(held)) != EOF)
		lines += c == '\n';
	return ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && lines >= size.ws_row;
}

static void
pager_copy(FILE *held, FILE *out)
{
	int c;

	rewind(held);
	while ((c = getc(held)) != EOF)
		putc(c, out);
}

bool
pager_end(struct pager *p, struct screen *s, void (*lend)(void *ctx), void (*take_back)(void *ctx),
    void *ctx, struct err *err)
{
	FILE *held = s->out;
	char command[1000];
	bool paged = false, ok = true;

	if (!p->held.out)
		return true;
	screen_let_go(s, &p->held);
	if (pager_is_needed(held, fileno(s->out))) {
		snprintf(command, sizeof command, "LESS=${LESS-FRX} %s", pager_name());
		fflush(held);
		lseek(fileno(held), 0, SEEK_SET);
		lend(ctx);
		paged = foreground_run(command, NULL, fileno(held), err);
		ok = paged || !getenv("PAGER");	/* less is only the default */
		take_back(ctx);
	}
	if (!paged && s->hide)
		s->hide(s->hide_ctx);
	if (!paged)
		pager_copy(held, s->out);
	fclose(held);
	return ok;
}
