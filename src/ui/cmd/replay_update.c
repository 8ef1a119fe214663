/*
 * replay_update - --update: failing literal S: lines are rewritten to what came; all else stays as
 * it is.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "run/script/file.h"
#include "run/script/varying.h"
#include "ui/cmd/replay_run.h"
#include "ui/show/draft.h"

/* Lines from..from+n-1 of the file become `text`, which ends in LF. */
struct change { unsigned from, n; struct span text; };

struct update {
	struct replay *r;
	const struct replay_file *file;
	struct arena arena;
	struct change *change;
	size_t nchanges, room;
};

/* The line as it stands in the file, from its number. */
static struct span
line_of(struct span text, unsigned number)
{
	struct span line = SPAN_NONE;

	for (unsigned i = 0; i < number && span_line(&text, &line); i++)
		;
	return line;
}

/* What stands before the reply: indentation and "S: ". */
static struct span
update_mark(struct span line)
{
	struct span colon = span_find(line, SPAN(":"));
	size_t n = line.len - colon.len + 1;

	return span_first(line, n < line.len && line.at[n] == ' ' ? n + 1 : n);
}

static void
put_line(struct buf *out, struct span mark, const struct play_failure *f, size_t i, bool bare)
{
	const struct reply *r = f->reply;
	bool last = i + 1 == r->nlines;
	struct varying_context context = {
		.place = f->answers == PLACE_HELLO && i > 0 ? PLACE_KEYWORD : f->answers,
		.masks = MASKS_ALL,
		.host = f->host,
	};

	buf_printf(out, "%.*s%03u", SPAN_ARG(mark), r->code);
	if (!bare && (!last || r->line[i].len > 0))
		buf_append(out, last ? SPAN(" ") : SPAN("-"));
	if (!bare)
		varying_put(out, r->line[i], &context);
	buf_append(out, SPAN("\n"));
}

static bool
has_pattern(const struct expect *x)
{
	for (size_t i = 0; i < x->nlines; i++)
		if (x->line[i].text.patterns || x->line[i].ncodes != 1 ||
		    memchr(x->line[i].code[0].digit, 'x', 3))
			return true;
	return x->more || x->any;
}

/* Why this failure is left alone; NULL: it can be updated. */
static const char *
reason_not_to(const struct update *u, const struct play_failure *f)
{
	const struct expect *x = f->expect;

	if (!x || !f->reply || f->kind != ERR_EXPECT)
		return "no reply stands against an S: line";
	if (!x->line[0].place.file || strcmp(x->line[0].place.file, u->file->name) != 0)
		return "it is in an included file";
	if (has_pattern(x))
		return "a pattern that no longer matches is for its author to change";
	if (f->reply->flaws & (REPLY_NO_CODE | REPLY_BAD_SEPARATOR | REPLY_CODES_DIFFER) ||
	    f->reply->code < 100)
		return "what came is no regular reply";
	if (f->starred || span_find(f->reply->raw, SPAN("{{")).len > 0)
		return "what came has a secret in it, or looks as if";
	return NULL;
}

static void
add_change(struct update *u, const struct play_failure *f)
{
	const struct expect *x = f->expect;
	struct buf out = { .max = 1 << 20 };
	const char *why = reason_not_to(u, f);

	if (why) {
		fprintf(stderr, "%s:%u: not updated: %s\n",
		    f->place.file ? f->place.file : u->file->name, f->place.line, why);
		return;
	}
	bool bare = x->nlines == 1 && x->line[0].separator == 0;
	struct span mark = update_mark(line_of(u->file->text, x->line[0].place.line));
	for (size_t i = 0; i < (bare ? 1 : f->reply->nlines); i++)
		put_line(&out, mark, f, i, bare);
	if (u->nchanges < u->room)
		u->change[u->nchanges++] = (struct change){ x->line[0].place.line,
			(unsigned)x->nlines, arena_copy(&u->arena, buf_span(&out)) };
	buf_release(&out);
}

static bool
agreed(const struct update *u, const struct change *c)
{
	char answer[8] = "";
	struct arena arena = { 0 };

	for (unsigned i = 0; i < c->n; i++)
		fprintf(stderr, "- %.*s\n",
		    SPAN_ARG(text_safe(&arena,
			script_shown(
			    u->file->script, &arena, line_of(u->file->text, c->from + i)))));
	struct span rest = c->text, line;
	while (span_line(&rest, &line))
		fprintf(stderr, "+ %.*s\n", SPAN_ARG(text_safe(&arena, line)));
	arena_release(&arena);
	fprintf(stderr, "%s:%u: change this? [y/N] ", u->file->name, c->from);
	fflush(stderr);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static int
by_line(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static size_t
apply(struct update *u, struct buf *out)
{
	struct span rest = u->file->text, line;
	unsigned number = 0;
	size_t done = 0, next = 0;

	while (rest.len > 0) {
		struct span before = rest;
		span_line(&rest, &line);
		number++;
		while (next < u->nchanges && u->change[next].from + u->change[next].n <= number)
			next++;
		const struct change *c = next < u->nchanges && u->change[next].from <= number ?
		    &u->change[next] :
		    NULL;
		if (c && c->from == number && (done += 1))
			buf_append(out, c->text);
		if (!c)
			buf_append(out, span_first(before, before.len - rest.len));
	}
	return done;
}

static void
gather(struct update *u)
{
	for (size_t i = u->file->first; i < u->file->first + u->file->n; i++) {
		const struct replay_case *c = &u->r->cases[i];
		if (!c->play)
			continue;
		for (const struct play_failure *f = play_result(c->play)->failure; f; f = f->next)
			add_change(u, f);
	}
	qsort(u->change, u->nchanges, sizeof *u->change, by_line);
	size_t kept = 0;		/* the prelude fails in each case: once is enough */
	unsigned seen = 0;
	for (size_t i = 0; i < u->nchanges; i++) {
		bool again = u->change[i].from == seen;
		seen = u->change[i].from;
		if (!again && (u->r->o->update != UPDATE_ASK || agreed(u, &u->change[i])))
			u->change[kept++] = u->change[i];
	}
	u->nchanges = kept;
}

bool
replay_update(struct replay *r, const struct replay_file *file, struct err *err)
{
	enum { CHANGES_MAX = 10000 };
	struct update u = { .r = r, .file = file, .room = CHANGES_MAX };
	struct buf out = { .max = 2 * SCRIPT_OCTETS_MAX };
	struct span now;
	bool ok = true;

	u.change = ARENA_ARRAY(&u.arena, struct change, CHANGES_MAX);
	gather(&u);
	if (u.nchanges > 0) {
		size_t n = apply(&u, &out);
		ok = file_read(file->name, FILE_REGULAR, SCRIPT_OCTETS_MAX, &u.arena, &now, err) &&
		    (span_eq(now, file->text) ||
			err_set(
			    err, ERR_USAGE, "%s was changed meanwhile: not updated", file->name)) &&
		    draft_write(file->name, 0666, buf_span(&out), err);
		if (ok)
			fprintf(r->out, "%s: %zu repl%s updated\n", file->name, n,
			    n == 1 ? "y" : "ies");
	}
	buf_release(&out);
	arena_release(&u.arena);
	return ok;
}
