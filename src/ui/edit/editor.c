/* editor - a text that the person writes in an editor of theirs. */
#include "ui/edit/editor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ui/edit/foreground.h"

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
		    err, ERR_SYSTEM, "%s: no file for the editor: %s", path, strerror(errno));
	close(fd);
	bool ok = foreground_run(editor_name(), path, -1, err) &&
	    file_read(path, FILE_REGULAR, EDITOR_TEXT_MAX, arena, text, err);
	unlink(path);
	return ok;
}
