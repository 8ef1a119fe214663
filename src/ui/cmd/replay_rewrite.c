/* replay_rewrite - rewrites lines of a script and keeps all others unchanged. */
#include <stdlib.h>

#include "base/file.h"
#include "run/script/file.h"
#include "ui/cmd/replay_run.h"
#include "ui/show/draft.h"

struct span
rewrite_old_line(struct rewrite *w, const struct replay_file *file, unsigned number)
{
	if (w->of != file) {
		struct span rest = file->text, line;
		w->of = file;
		w->nlines = 0;
		w->line = NULL;
		while (span_line(&rest, &line)) {
			w->line = arena_more(w->arena, w->line, w->nlines, sizeof *w->line);
			w->line[w->nlines++] = line;
		}
	}
	return number > 0 && number <= w->nlines ? w->line[number - 1] : SPAN_NONE;
}

struct span
rewrite_mark(struct rewrite *w, const struct replay_file *file, unsigned number)
{
	struct span line = rewrite_old_line(w, file, number), colon = span_find(line, SPAN(":"));
	size_t n = line.len - colon.len + 1;

	return span_first(line, n < line.len && line.at[n] == ' ' ? n + 1 : n);
}

void
rewrite_add(struct rewrite *w, unsigned from, unsigned n, struct span text)
{
	w->change = arena_more(w->arena, w->change, w->n, sizeof *w->change);
	w->change[w->n++] = (struct change){ from, n, arena_copy(w->arena, text) };
}

static int
by_line(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

void
rewrite_sort(struct rewrite *w)
{
	qsort(w->change, w->n, sizeof *w->change, by_line);
}

bool
rewrite_has(const struct rewrite *w, unsigned line)
{
	for (size_t i = 0; i < w->n; i++)
		if (line >= w->change[i].from && line < w->change[i].from + w->change[i].n)
			return true;
	return false;
}

bool
rewrite_write(
    const struct rewrite *w, const struct replay_file *file, const char *to, struct err *err)
{
	struct buf out = { .max = 2 * SCRIPT_OCTETS_MAX };
	struct span rest = file->text, line, now;
	unsigned number = 0;
	size_t next = 0;

	while (rest.len > 0) {
		struct span before = rest;
		span_line(&rest, &line);
		number++;
		while (next < w->n && w->change[next].from + w->change[next].n <= number)
			next++;
		const struct change *c = next < w->n && w->change[next].from <= number ?
		    &w->change[next] :
		    NULL;
		if (c && c->from == number)
			buf_append(&out, c->text);
		if (!c)
			buf_append(&out, span_first(before, before.len - rest.len));
	}
	bool ok = file_read(file->name, FILE_REGULAR, SCRIPT_OCTETS_MAX, w->arena, &now, err) &&
	    (span_eq(now, file->text) ||
		err_set(err, ERR_USAGE, "%s has changed in the meantime; not "
		    "updated", file->name)) &&
	    draft_write(to, 0666, buf_span(&out), err);
	buf_release(&out);
	return ok;
}
