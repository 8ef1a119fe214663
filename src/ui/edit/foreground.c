/* foreground - another program of the person's, for which ours waits. */
#include "ui/edit/foreground.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/environment.h"

enum { NOT_FOUND = 127 };	/* what a shell ends with */

/* The argument it does not see as words. */
static void
become(const char *command, const char *argument, int input)
{
	struct arena arena = { 0 };
	char line[1000];

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	if (input >= 0)
		dup2(input, STDIN_FILENO);
	environ = environment_of_child(&arena);
	snprintf(line, sizeof line, "%s%s", command, argument ? " \"$1\"" : "");
	execl("/bin/sh", "sh", "-c", line, "sh", argument, (char *)NULL);
	_exit(NOT_FOUND);
}

bool
foreground_run(const char *command, const char *argument, int input, struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, interrupt, quit;
	int status = 0;
	pid_t child = fork();

	if (child < 0)
		return err_set(err, ERR_SYSTEM, "cannot start %s: %s", command, strerror(errno));
	if (child == 0)
		become(command, argument, input);
	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		return err_set(err, ERR_SYSTEM, "there is no program %s", command);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_SYSTEM, "%s failed", command);
	return true;
}
