/* targets - reads the targets of a fleet line by line. */
#include "base/file.h"
#include "ui/options/targets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "run/script/file.h"
#include "ui/options/probe_spec.h"
#include "ui/options/target_line.h"

enum { LINE_MOST = 16 << 10, READ_SIZE = 16 << 10, RESUME_MOST = 256 << 20 };

/* A target that is not done yet, with its line. */
struct begun {
	size_t number;
	char *line;
};

struct targets {
	struct options *o;
	/* instead of a fleet; NULL: a fleet takes them */
	void (*take)(void *ctx, const struct target *, const struct fleet_spec *);
	void *take_ctx;
	struct fleet_spec spec;
	struct arena arena, line_arena;
	size_t nargs_taken, bad;
	unsigned line;			/* of the file */
	bool any;			/* there was a line other than a comment */
	bool skipping;			/* the rest of a line that is too long */
	int fd;				/* -1: none, or at its end */
	struct loop_watch *watch;
	bool ready, over;
	struct buf in;
	bool failed;
	size_t added;
	struct span *done;		/* sorted: lines that an earlier run finished */
	size_t ndone;
	FILE *resume;
	/* lines to record when their targets are done; only with --resume */
	struct begun *begun;
	size_t nbegun, begun_cap;
};

static int
by_octets(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int c = memcmp(x->at ? x->at : "", y->at ? y->at : "", x->len < y->len ? x->len : y->len);

	return c ? c : x->len < y->len ? -1 : x->len > y->len;
}

static bool
load_done(struct targets *t, struct err *err)
{
	struct span all, line;
	size_t n = 0;

	if (access(t->o->probe.resume, F_OK) == 0) {
		if (!file_read(t->o->probe.resume, FILE_REGULAR, RESUME_MOST, &t->arena, &all, err))
			return false;
		for (struct span rest = all; span_line(&rest, &line);)
			n++;
		t->done = ARENA_ARRAY(&t->arena, struct span, n + 1);
		while (span_line(&all, &line))
			t->done[t->ndone++] = line;
		qsort(t->done, t->ndone, sizeof *t->done, by_octets);
	}
	int fd = file_append(t->o->probe.resume, err);

	t->resume = fd >= 0 ? fdopen(fd, "a") : NULL;
	return t->resume != NULL;
}

static bool
is_done(const struct targets *t, struct span text)
{
	return t->ndone && bsearch(&text, t->done, t->ndone, sizeof *t->done, by_octets);
}

static void
note_begun(struct targets *t, struct span line)
{
	if (!t->resume)
		return;
	if (t->nbegun == t->begun_cap) {
		t->begun_cap = t->begun_cap ? 2 * t->begun_cap : 64;
		t->begun = memory_resize(t->begun, t->begun_cap * sizeof *t->begun);
	}
	char *copy = memory_get(line.len + 1);
	memcpy(copy, line.at, line.len);
	copy[line.len] = '\0';
	t->begun[t->nbegun++] = (struct begun){ t->added, copy };
}

void
targets_over(struct targets *t, size_t number)
{
	size_t i = 0;

	while (i < t->nbegun && t->begun[i].number != number)
		i++;
	if (i == t->nbegun)
		return;
	fprintf(t->resume, "%s\n", t->begun[i].line);
	fflush(t->resume);
	free(t->begun[i].line);
	t->begun[i] = t->begun[--t->nbegun];
}

static void
targets_complain(struct targets *t, const struct err *err, const char *file)
{
	struct arena arena = { 0 };
	struct span text = text_safe(&arena, span_of(err->text));

	if (file)
		fprintf(stderr, "smtpsh: %s:%u: %.*s\n", file, t->line, SPAN_ARG(text));
	else
		fprintf(stderr, "smtpsh: %.*s\n", SPAN_ARG(text));
	arena_release(&arena);
	t->bad++;
}

static void
complain_of_file(struct targets *t, const char *what, const char *why)
{
	fprintf(stderr, "smtpsh: %s: %s%s\n", t->o->probe.targets, what, why);
	t->failed = true;
}

/* Returns a target with its settings; empty: there is none. */
static struct span
without_comment(struct span line)
{
	struct span all = span_trim(line), rest = all, word = span_word(&rest);

	while (word.len > 0 && word.at[0] != '#')
		word = span_word(&rest);
	return word.len > 0 ? span_trim(span_first(all, (size_t)(word.at - all.at))) : all;
}

static void
targets_add(struct targets *t, struct fleet *f, struct span line, const char *file)
{
	struct span key = without_comment(line), rest = key, text = span_word(&rest);
	struct target_line read;
	struct err err;

	if (text.len == 0)
		return;
	t->any = true;
	if (is_done(t, key))
		return;
	if (line.len > LINE_MOST) {
		err_set(
		    &err, ERR_USAGE, "line longer than %d bytes", LINE_MOST);
		targets_complain(t, &err, file);
		return;
	}
	arena_reset(&t->line_arena);
	if (!target_line_read(&read, t->o, key, &t->line_arena, &err)) {
		targets_complain(t, &err, file);
		return;
	}
	t->added++;
	const struct fleet_spec *spec = read.own ? read.own : &t->spec;
	if (!t->take) {
		note_begun(t, key);
		fleet_add(f, &read.target, spec, read.name);
		return;
	}
	t->take(t->take_ctx, &read.target, spec);
	if (spec->release)
		spec->release(spec);
}

static void
targets_on_ready(void *ctx, unsigned ready)
{
	struct targets *t = ctx;

	(void)ready;
	t->ready = true;
}

static void
close_input(struct targets *t)
{
	loop_unwatch(t->watch);
	t->watch = NULL;
	if (t->fd > 0)
		close(t->fd);
	t->fd = -1;
}

static bool
targets_read(struct targets *t)
{
	size_t room;
	char *at = buf_reserve(&t->in, READ_SIZE, &room);

	if (!at)
		return false;
	ssize_t n = t->take ? file_some(t->fd, at, room) : read(t->fd, at, room);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0) {
		buf_commit(&t->in, (size_t)n);
		return true;
	}
	if (n < 0)
		complain_of_file(t, "cannot read: ", strerror(errno));
	else if (!t->any && buf_span(&t->in).len == 0)
		complain_of_file(t, "no targets in this file", "");
	close_input(t);
	return true;
}

/*
 * Takes a whole line, or what is left at the end of the input. Of a line that is too long only the
 * first piece is returned, for the error; its other pieces are returned empty.
 */
static bool
targets_next_line(struct targets *t, struct span *line)
{
	struct span in = buf_span(&t->in), rest = in;
	bool whole = memchr(in.at ? in.at : "", '\n', in.len), skipping = t->skipping;

	if (in.len == 0 || (!whole && t->fd >= 0 && in.len <= LINE_MOST && !skipping))
		return false;
	span_line(&rest, line);
	if (t->line == 0 && span_starts(*line, SPAN("\xEF\xBB\xBF")))
		*line = span_skip(*line, 3);
	*line = arena_copy(&t->line_arena, skipping ? SPAN_NONE : *line);
	t->skipping = !whole && t->fd >= 0;
	t->line += !skipping;
	buf_consume(&t->in, in.len - rest.len);
	return true;
}

static bool
targets_want(const struct targets *t, const struct fleet *f)
{
	return t->take || fleet_wants(f);
}

static void
feed_file(struct targets *t, struct fleet *f)
{
	const char *name = strcmp(t->o->probe.targets, "-") == 0 ? "-" : t->o->probe.targets;
	struct span line;

	while (targets_want(t, f)) {
		arena_reset(&t->line_arena);
		if (targets_next_line(t, &line)) {
			struct arena keep = { 0 };
			line = arena_copy(&keep, line);
			targets_add(t, f, line, name);
			arena_release(&keep);
			continue;
		}
		if (t->fd < 0 || (t->watch && !t->ready) || !targets_read(t))
			break;
		t->ready = false;
	}
}

bool
targets_feed(struct targets *t, struct fleet *f)
{
	if (t->over)
		return true;
	for (; t->nargs_taken < t->o->nargs && targets_want(t, f); t->nargs_taken++)
		targets_add(t, f, span_of(t->o->arg[t->nargs_taken]), NULL);
	if (t->o->probe.targets)
		feed_file(t, f);
	if (t->nargs_taken == t->o->nargs && t->fd < 0 && buf_span(&t->in).len == 0) {
		t->over = true;
		if (!t->take)
			fleet_end(f);
	}
	return t->over || t->watch || !targets_want(t, f);
}

struct targets *
targets_new(struct loop *loop, struct options *o, struct err *err)
{
	struct targets *t = memory_zeroed(sizeof *t);
	const char *file = o->probe.targets;

	*t = (struct targets){
		.o = o, .spec = probe_spec(o), .fd = -1, .in = { .max = 2 * LINE_MOST + READ_SIZE }
	};
	if (o->probe.resume && !load_done(t, err)) {
		targets_free(t);
		return NULL;
	}
	if (!file)
		return t;
	t->fd = file_open(file, FILE_PIPE, err);
	if (t->fd < 0) {
		targets_free(t);
		return NULL;
	}
	if (loop && loop_can_watch(t->fd))
		t->watch = loop_watch(loop, t->fd, LOOP_READ, targets_on_ready, t, NULL);
	return t;
}

bool
targets_list(struct options *o,
    void (*take)(void *ctx, const struct target *, const struct fleet_spec *), void *ctx,
    struct err *err)
{
	struct targets *t = targets_new(NULL, o, err);

	if (!t)
		return false;
	t->take = take;
	t->take_ctx = ctx;
	while (!targets_feed(t, NULL) || !t->over)
		;
	if (t->bad > 0 || t->failed)
		err_set(err, ERR_USAGE, "%zu line%s of the targets %s no target", t->bad,
		    t->bad == 1 ? "" : "s", t->bad == 1 ? "is" : "are");
	targets_free(t);
	return err->kind == ERR_NONE;
}

void
targets_free(struct targets *t)
{
	if (!t)
		return;
	close_input(t);
	if (t->resume)
		fclose(t->resume);
	while (t->nbegun > 0)
		free(t->begun[--t->nbegun].line);
	free(t->begun);
	buf_release(&t->in);
	arena_release(&t->arena);
	arena_release(&t->line_arena);
	free(t);
}

size_t
targets_bad(const struct targets *t)
{
	return t->bad;
}

bool
targets_failed(const struct targets *t)
{
	return t->failed;
}

bool
targets_unread(const struct targets *t)
{
	return !t->over;
}
