/*
 * replay_update - --update: rewrites literal S: lines that failed to what was received, and keeps
 * everything else unchanged.
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

static bool
has_pattern(const struct expect *x)
{
	for (size_t i = 0; i < x->nlines; i++)
		if (x->line[i].text.patterns || x->line[i].ncodes != 1 ||
		    memchr(x->line[i].code[0].digit, 'x', 3))
			return true;
	return x->more || x->any;
}

/* Returns why this failure cannot be updated; NULL: it can. */
static const char *
reason_not_to(const struct update *u, const struct play_failure *f)
{
	const struct expect *x = f->expect;

	if (!x || !f->reply || f->kind != ERR_EXPECT)
		return "no reply was compared with an S: line";
	if (!x->line[0].place.file || strcmp(x->line[0].place.file, u->file->name) != 0)
		return "it is in an included file";
	if (has_pattern(x))
		return "a pattern that no longer matches has to be changed by hand";
	if (f->reply->flaws & REPLY_IRREGULAR ||
	    f->reply->code < 100)
		return "the reply is malformed";
	if (f->starred || span_find(f->reply->raw, SPAN("{{")).len > 0)
		return "the reply contains a secret, or seems to";
	return NULL;
}

static void
add_change(struct update *u, const struct play_failure *f)
{
	const struct expect *x = f->expect;
	const struct reply *r = f->reply;
	struct buf out = { .max = 1 << 20 };
	const char *why = reason_not_to(u, f);

	if (why) {
		fprintf(stderr, "%s:%u: not updated: %s\n",
		    f->place.file ? f->place.file : u->file->name, f->place.line, why);
		return;
	}
	bool bare = x->nlines == 1 && x->line[0].separator == 0;
	struct span mark = rewrite_mark(&u->rewrite, u->file, x->line[0].place.line);
	for (size_t i = 0; i < (bare ? 1 : r->nlines); i++) {
		bool last = i + 1 == r->nlines;
		struct varying_context context = {
			.place = reply_place_of_line(f->answers, i),
			.masks = MASKS_ALL,
			.host = f->host,
		};
		buf_printf(&out, "%.*s%03u", SPAN_ARG(mark), r->code);
		if (!bare && (!last || r->line[i].len > 0))
			buf_append(&out, last ? SPAN(" ") : SPAN("-"));
		if (!bare)
			varying_put(&out, r->line[i], &context);
		buf_append(&out, SPAN("\n"));
	}
	rewrite_add(&u->rewrite, x->line[0].place.line, (unsigned)x->nlines, buf_span(&out));
	buf_release(&out);
}

/* --update=ask: shows the change and asks. */
static bool
agreed(struct update *u, const struct change *c)
{
	char answer[8] = "";
	struct arena arena = { 0 };
	struct span rest = c->text, line;

	for (unsigned i = 0; i < c->n; i++) {
		line = rewrite_old_line(&u->rewrite, u->file, c->from + i);
		line = script_shown(u->file->script, &arena, line);
		fprintf(stderr, "- %.*s\n", SPAN_ARG(text_safe(&arena, line)));
	}
	while (span_line(&rest, &line))
		fprintf(stderr, "+ %.*s\n", SPAN_ARG(text_safe(&arena, line)));
	arena_release(&arena);
	fprintf(stderr, "%s:%u: change this? [y/N] ", u->file->name, c->from);
	fflush(stderr);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

bool
replay_update(struct replay *r, const struct replay_file *file, struct err *err)
{
	struct update u = { .r = r, .file = file };
	struct rewrite *w = &u.rewrite;

	w->arena = &u.arena;
	for (size_t i = file->first; i < file->first + file->n; i++) {
		const struct play *play = r->cases[i].play;
		const struct play_failure *f = play ? play_result(play)->failure : NULL;
		for (; f; f = f->next)
			add_change(&u, f);
	}
	rewrite_sort(w);
	size_t kept = 0;		/* the prelude fails in each case: change it once */
	unsigned seen = 0;
	for (size_t i = 0; i < w->n; i++) {
		bool again = w->change[i].from == seen;
		seen = w->change[i].from;
		if (!again && (r->o->update != UPDATE_ASK || agreed(&u, &w->change[i])))
			w->change[kept++] = w->change[i];
	}
	w->n = kept;
	bool ok = w->n == 0 || rewrite_write(w, file, file->name, err);
	if (ok && w->n > 0)
		fprintf(r->out, "%s: %zu repl%s updated\n", file->name, w->n,
		    w->n == 1 ? "y" : "ies");
	arena_release(&u.arena);
	return ok;
}
