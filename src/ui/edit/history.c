/* history - the file of lines typed earlier. */
#include "ui/edit/history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ui/show/draft.h"

enum { PATH_ROOM = 4096 };

/*
 * $XDG_STATE_HOME/smtpsh, or ~/.local/state/smtpsh. Returns false when neither directory is known.
 */
static bool
folder(char out[PATH_ROOM])
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n;

	if (state && state[0] == '/')
		n = snprintf(out, PATH_ROOM, "%s/smtpsh", state);
	else if (home && home[0] == '/')
		n = snprintf(out, PATH_ROOM, "%s/.local/state/smtpsh", home);
	else
		return false;
	return n > 0 && n < PATH_ROOM - 32;
}

static void
make_folders(const char *path)
{
	char part[PATH_ROOM];

	for (const char *slash = strchr(path + 1, '/'); ; slash = strchr(slash + 1, '/')) {
		snprintf(
		    part, sizeof part, "%.*s", slash ? (int)(slash - path) : PATH_ROOM - 1, path);
		mkdir(part, 0700);
		if (!slash)
			return;
	}
}

/*
 * Reads the end of the file; a missing one is empty. Returns false when a file exists that cannot
 * be read: it must then not be overwritten.
 */
static bool
read_file(const char *path, struct buf *out, struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0 && errno == ENOENT)
		return true;
	int fd = file_open(path, FILE_REGULAR, err);
	if (fd >= 0 && st.st_size > HISTORY_MAX)
		lseek(fd, st.st_size - HISTORY_MAX, SEEK_SET);
	bool ok = fd >= 0 && file_drain(fd, path, HISTORY_MAX, out, err);
	file_close(fd);
	return ok;
}

/* A link to /dev/null, by which the user disables the history. */
static bool
is_none(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISCHR(st.st_mode);
}

/* Returns the newest lines: at most `max`, and at most HISTORY_MAX bytes. */
static struct span
newest(struct span all, size_t max)
{
	size_t lines = 0, at = all.len;

	while (at > 0 && lines < max) {
		size_t line = at - 1;
		while (line > 0 && all.at[line - 1] != '\n')
			line--;
		if (all.len - line > HISTORY_MAX)
			break;
		at = line;
		lines++;
	}
	return span_skip(all, at);
}

void
history_load(struct history *h, bool keep)
{
	char path[PATH_ROOM];

	*h = (struct history){
		.lines = { .max = HISTORY_MAX }, .added = { .max = HISTORY_MAX }, .keep = keep
	};
	if (!keep || !folder(path))
		return;
	strcat(path, "/history");
	read_file(path, &h->lines, NULL);
}

static bool
repeats(const struct buf *b, struct span line)
{
	struct span last = newest(buf_span(b), 1);

	return last.len == line.len + 1 && memcmp(last.at, line.at, line.len) == 0;
}

void
history_add(struct history *h, struct span line)
{
	if (line.len == 0 || line.len > 4096 || memchr(line.at, '\n', line.len) ||
	    repeats(&h->added, line))
		return;
	if (!buf_append(&h->added, line) || !buf_append(&h->added, SPAN("\n")))
		return;
	buf_append(&h->lines, line);
	buf_append(&h->lines, SPAN("\n"));
}

bool
history_save(struct history *h, struct err *err)
{
	char path[PATH_ROOM];
	struct buf old = { 0 }, all = { .max = HISTORY_MAX * 2 };
	struct err why;

	if (!h->keep || buf_span(&h->added).len == 0 || !folder(path))
		return true;
	make_folders(path);
	strcat(path, "/history");
	if (is_none(path))
		return true;
	bool ok = read_file(path, &old, &why) && buf_append(&all, buf_span(&old)) &&
	    buf_append(&all, buf_span(&h->added)) &&
	    draft_write(path, 0600, newest(buf_span(&all), HISTORY_LINES), &why);
	buf_release(&old);
	buf_release(&all);
	return ok || err_set(err, ERR_SYSTEM, "cannot write the history: %s", why.text);
}

void
history_release(struct history *h)
{
	buf_release(&h->lines);
	buf_release(&h->added);
}
