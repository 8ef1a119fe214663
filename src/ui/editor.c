/* editor - a text that the person writes in an editor of theirs. */
#include "ui/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *
editor_name(void)
{
	const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");

	return visual && *visual ? visual : editor && *editor ? editor : "vi";
}

/* The variable may hold options, so that a shell splits it; the file's name it does not see as words. */
static void
become(const char *editor, const char *path)
{
	char command[1000];

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	snprintf(command, sizeof command, "%s \"$1\"", editor);
	execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
	_exit(127);
}

/* ^C in the editor is the editor's. */
static bool
run(const char *editor, const char *path, struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, interrupt, quit;
	int status = 0;
	pid_t child = fork();

	if (child < 0)
		return err_set(err, ERR_SYSTEM, "cannot start the editor: %s", strerror(errno));
	if (child == 0)
		become(editor, path);
	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(err, ERR_SYSTEM, "there is no editor %s: $VISUAL or $EDITOR names another", editor);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_SYSTEM, "the editor %s failed: nothing was taken from it", editor);
	return true;
}

static bool
read_text(const char *path, struct arena *arena, struct span *text, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *all = arena_get(arena, EDITOR_TEXT_MAX + 1);
	size_t n = 0;
	ssize_t got = -1;

	while (fd >= 0 && n <= EDITOR_TEXT_MAX && (got = read(fd, all + n, EDITOR_TEXT_MAX + 1 - n)) > 0)
		n += (size_t)got;
	if (got < 0)
		err_set(err, ERR_SYSTEM, "what the editor wrote cannot be read: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return false;
	if (n > EDITOR_TEXT_MAX)
		return err_set(err, ERR_USAGE, "the text has over %d KiB: --data takes it from a file", EDITOR_TEXT_MAX >> 10);
	*text = (struct span){ all, n };
	return true;
}

bool
editor_write(struct arena *arena, struct span *text, struct err *err)
{
	const char *folder = getenv("TMPDIR");
	char path[500];

	snprintf(path, sizeof path, "%s/smtpsh-XXXXXX", folder && *folder ? folder : "/tmp");
	int fd = mkstemp(path);
	if (fd < 0)
		return err_set(err, ERR_SYSTEM, "%s: no file for the editor: %s", path, strerror(errno));
	close(fd);
	bool ok = run(editor_name(), path, err) && read_text(path, arena, text, err);
	unlink(path);
	return ok;
}
