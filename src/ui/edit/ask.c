/* ask - asks the user a question at the terminal. */
#include "ui/edit/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "base/alarm.h"
#include "base/port.h"

enum { LINE_MOST = 4096, CONTROL_C = 3, CONTROL_D = 4 };

bool
ask_is_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int
ask_open(void)
{
	return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

bool
ask_has_terminal(void)
{
	int fd = ask_open();

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* ISIG is off and ^C and ^D are read as bytes, so the terminal is always restored. */
static bool
ask_read_line(int fd, char *out, size_t *len)
{
	char c;

	*len = 0;
	for (;;) {
		ssize_t n = read(fd, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || c == CONTROL_C || (c == CONTROL_D && *len == 0))
			return false;
		if (c == '\n' || c == '\r')
			return true;
		if (*len < LINE_MOST)
			out[(*len)++] = c;
	}
}

bool
ask_terminal(struct span prompt, bool secret, struct secret *answer)
{
	struct termios before, now;
	char line[LINE_MOST];
	size_t len;
	int fd = ask_open();

	if (fd < 0 || tcgetattr(fd, &before) != 0) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	now = before;
	now.c_lflag &= ~(tcflag_t)(ISIG | (secret ? ECHO : 0));
	now.c_cc[VEOF] = 0;
	dprintf(fd, "%.*s", SPAN_ARG(prompt));
	alarm_terminal(fd, &before);
	/*
	 * TCSAFLUSH discards what was typed ahead, which for a secret was echoed. Other input typed
	 * ahead may be the next line of a text.
	 */
	tcsetattr(fd, secret ? TCSAFLUSH : TCSADRAIN, &now);
	bool ok = ask_read_line(fd, line, &len);
	tcsetattr(fd, secret ? TCSAFLUSH : TCSADRAIN, &before);
	alarm_terminal(-1, NULL);
	if (secret || !ok)
		dprintf(fd, "\n");
	close(fd);
	if (ok)
		secret_set(answer, (struct span){ line, len });
	port_wipe(line, sizeof line);
	return ok;
}
