/* file - reads scripts and the files they include. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "run/script/file.h"

/* Returns the directory of `file`, with symbolic links resolved. */
static bool
folder_of(const char *file, char out[PATH_MAX])
{
	char copy[PATH_MAX];
	const char *slash = strrchr(file, '/');

	snprintf(copy, sizeof copy, "%.*s", slash ? (int)(slash - file) : 1, slash ? file : ".");
	return realpath(copy[0] ? copy : "/", out) != NULL;
}

bool
file_below(const char *from, const char *root, struct span name, struct arena *arena,
    const char **path, struct err *err)
{
	char folder[PATH_MAX], top[PATH_MAX], full[PATH_MAX], real[PATH_MAX];

	if (!folder_of(from, folder) || (root && !realpath(root, top)))
		return err_set(err, ERR_USAGE, "cannot find the directory of %s", from);
	if (!root)
		snprintf(top, sizeof top, "%s", folder);
	if (name.len > 0 && name.at[0] == '/')
		snprintf(full, sizeof full, "%.*s", SPAN_ARG(name));
	else
		snprintf(
		    full, sizeof full, "%.2000s/%.*s", folder, SPAN_ARG(span_first(name, 1000)));
	if (!realpath(full, real))
		return err_set(err, ERR_USAGE, "cannot read %.*s: %s",
		    SPAN_ARG(span_first(name, 200)), strerror(errno));
	size_t n = strlen(top);
	if (strncmp(real, top, n) != 0 || (real[n] != '/' && n > 1))
		return err_set(err, ERR_USAGE,
		    "%.*s is outside %s; use --file-root DIR to allow another directory",
		    SPAN_ARG(span_first(name, 200)), top);
	*path = arena_string(arena, span_of(real));
	return true;
}

bool
script_load_file(void *ctx, const char *from, struct span name, struct arena *arena,
    const char **path, struct span *text, struct err *err)
{
	return file_below(from, ctx, name, arena, path, err) &&
	    file_read(*path, FILE_REGULAR, SCRIPT_OCTETS_MAX, arena, text, err);
}

/* Returns whether any item, even in a block, sends or expects something. */
static bool
script_plays(const struct script_item *item)
{
	for (; item; item = item->next) {
		/* the blank lines of an unmarked file would be sent, but do not count */
		bool any = item->kind == SCRIPT_STEP || item->nreply > 0;
		any = any || script_plays(item->body) || script_plays(item->other);
		for (size_t i = 0; i < item->nsay; i++)
			any |= item->say[i].text.source.len > 0;
		if (any)
			return true;
	}
	return false;
}

/*
 * A script with nothing to play, such as a truncated download, would pass whatever the server does:
 * refuse it.
 */
static bool
script_has_something(const struct script *s, bool server, struct err *err)
{
	bool any = script_plays(s->prelude) || (server && s->rules), goes = false;

	for (const struct script_case *k = s->cases; k; k = k->next) {
		any |= script_plays(k->items) || (server && k->rules);
		goes |= k->skip.len == 0;
	}
	if (!any)
		return err_set(err, ERR_USAGE, "%s: nothing to run", s->file);
	return goes ||
	    err_set(err, ERR_USAGE, "%s: nothing to run: every case is skipped", s->file);
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
	if (file_read(file, FILE_PIPE, SCRIPT_OCTETS_MAX, &arena, &text, err))
		script = script_parse(file, text, &own, err);
	arena_release(&arena);
	if (script && !script_has_something(script, own.server, err)) {
		script_free(script);
		return NULL;
	}
	return script;
}
