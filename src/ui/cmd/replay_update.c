/*
 * replay_update - --update: failing literal S: lines are rewritten to what came; all else stays as
 * it is.
 */
#include <stdlib.h>

#include "base/text.h"
#include "run/script/varying.h"
#include "ui/cmd/replay_run.h"

struct update {
	struct replay *r;
	const struct replay_file *file;
	struct arena arena;
	struct rewrite rewrite;
};

static void
put_line(struct buf *out, struct span mark, const struct play_failure *f, size_t i, bool bare)
{
	const struct reply *r = f->reply;
	bool last = i + 1 == r->nlines;
	struct varying_context context = {
		.place = reply_place_of_line(f->answers, i),
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
	struct span mark = rewrite_mark(u->file, x->line[0].place.line);
	for (size_t i = 0; i < (bare ? 1 : f->reply->nlines); i++)
		put_line(&out, mark, f, i, bare);
	rewrite_add(&u->rewrite, x->line[0].place.line, (unsigned)x->nlines, buf_span(&out));
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
			    u->file->script, &arena, rewrite_old_line(u->file, c->from + i)))));
	struct span rest = c->text, line;
	while (span_line(&rest, &line))
		fprintf(stderr, "+ %.*s\n", SPAN_ARG(text_safe(&arena, line)));
	arena_release(&arena);
	fprintf(stderr, "%s:%u: change this? [y/N] ", u->file->name, c->from);
	fflush(stderr);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
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
	struct rewrite *w = &u->rewrite;
	rewrite_sort(w);
	size_t kept = 0;		/* the prelude fails in each case: once is enough */
	unsigned seen = 0;
	for (size_t i = 0; i < w->n; i++) {
		bool again = w->change[i].from == seen;
		seen = w->change[i].from;
		if (!again && (u->r->o->update != UPDATE_ASK || agreed(u, &w->change[i])))
			w->change[kept++] = w->change[i];
	}
	w->n = kept;
}

bool
replay_update(struct replay *r, const struct replay_file *file, struct err *err)
{
	struct update u = { .r = r, .file = file };
	bool ok = true;

	u.rewrite.arena = &u.arena;
	gather(&u);
	if (u.rewrite.n > 0) {
		ok = rewrite_write(&u.rewrite, file, file->name, err);
		if (ok)
			fprintf(r->out, "%s: %zu repl%s updated\n", file->name, u.rewrite.n,
			    u.rewrite.n == 1 ? "y" : "ies");
	}
	arena_release(&u.arena);
	return ok;
}
