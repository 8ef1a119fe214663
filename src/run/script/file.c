/* file - scripts from files, and what they include. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/script/file.h"

bool
file_slurp(const char *file, struct arena *arena, size_t max, struct span *text, struct err *err)
{
	int fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	struct buf all = { .max = max + 1 };
	ssize_t n = 1;
	size_t room;

	if (fd < 0)
		return err_set(err, ERR_USAGE, "cannot read %s: %s", file, strerror(errno));
	while (n > 0) {
		char *at = buf_reserve(&all, 64 << 10, &room);
		n = at ? read(fd, at, room) : 0;
		if (n > 0)
			buf_commit(&all, (size_t)n);
	}
	int why = errno;
	if (fd != STDIN_FILENO)
		close(fd);
	bool ok = n == 0 && buf_span(&all).len <= max;
	if (ok)
		*text = arena_copy(arena, buf_span(&all));
	else if (n < 0)
		err_set(err, ERR_USAGE, "cannot read %s: %s", file, strerror(why));
	else
		err_set(err, ERR_USAGE, "%s has more than %zu KiB", file, max >> 10);
	buf_release(&all);
	return ok;
}

/* The folder that `file` is in, as the file system has it. */
static bool
folder_of(const char *file, char out[PATH_MAX])
{
	char copy[PATH_MAX];
	const char *slash = strrchr(file, '/');

	snprintf(copy, sizeof copy, "%.*s", slash ? (int)(slash - file) : 1, slash ? file : ".");
	return realpath(copy[0] ? copy : "/", out) != NULL;
}

bool
file_below(const char *from, const char *root, struct span name, struct arena *arena, const char **path, struct err *err)
{
	char folder[PATH_MAX], top[PATH_MAX], full[PATH_MAX], real[PATH_MAX];

	if (!folder_of(from, folder) || (root && !realpath(root, top)))
		return err_set(err, ERR_USAGE, "cannot find the folder of %s", from);
	if (!root)
		snprintf(top, sizeof top, "%s", folder);
	if (name.len > 0 && name.at[0] == '/')
		snprintf(full, sizeof full, "%.*s", SPAN_ARG(name));
	else
		snprintf(full, sizeof full, "%.2000s/%.*s", folder, SPAN_ARG(span_first(name, 1000)));
	if (!realpath(full, real))
		return err_set(err, ERR_USAGE, "cannot read %.*s: %s", SPAN_ARG(span_first(name, 200)), strerror(errno));
	size_t n = strlen(top);
	if (strncmp(real, top, n) != 0 || (real[n] != '/' && n > 1))
		return err_set(err, ERR_USAGE, "%.*s is outside of %s; --file-root FOLDER allows another folder",
		    SPAN_ARG(span_first(name, 200)), top);
	*path = arena_string(arena, span_of(real));
	return true;
}

bool
script_load_file(void *ctx, const char *from, struct span name, struct arena *arena, const char **path, struct span *text,
    struct err *err)
{
	return file_below(from, ctx, name, arena, path, err) && file_slurp(*path, arena, SCRIPT_OCTETS_MAX, text, err);
}

struct script *
script_read(const char *file, const struct script_opts *opts, struct err *err)
{
	struct script_opts own = opts ? *opts : (struct script_opts){ 0 };
	struct arena arena = { 0 };
	struct span text = SPAN_NONE;
	struct script *script = NULL;

	if (!own.load)
		own.load = script_load_file;
	if (file_slurp(file, &arena, SCRIPT_OCTETS_MAX, &text, err))
		script = script_parse(file, text, &own, err);
	arena_release(&arena);
	return script;
}
