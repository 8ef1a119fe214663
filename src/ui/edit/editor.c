/* editor - a text that the person writes in an editor of theirs. */
#include "ui/edit/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/edit/foreground.h"

static const char *
editor_name(void)
{
	const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");

	return visual && *visual ? visual : editor && *editor ? editor : "vi";
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
	bool ok = foreground_run(editor_name(), path, -1, err) && read_text(path, arena, text, err);
	unlink(path);
	return ok;
}
