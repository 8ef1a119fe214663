/* replay_report - what came of it, for people: a line a case, and a failure with its lines around it. */
#include "base/text.h"
#include "run/script_file.h"
#include "ui/replay.h"

struct span
replay_name(const struct replay_case *c)
{
	return c->now->name.len > 0 ? c->now->name : span_of(c->file->name);
}

struct span
replay_line(struct arena *arena, const struct reply *r, size_t n)
{
	struct span rest = r->raw, line = SPAN_NONE;

	for (size_t i = 0; i <= n; i++)
		if (!span_line(&rest, &line))
			return SPAN_NONE;
	return text_safe(arena, line);
}

static void
put(struct replay *r, enum ink ink, const char *indent, const char *margin, struct span text)
{
	fputs(indent, r->out);
	fputs(margin, r->out);
	screen_ink(&r->screen, ink);
	screen_put(&r->screen, text);
	screen_ink(&r->screen, INK_PLAIN);
	fputc('\n', r->out);
}

/* The line that failed and the one before it. */
static void
show_lines(struct replay *r, const struct play_failure *f, const char *indent)
{
	struct arena arena = { 0 };
	struct span text, line;
	unsigned number = 0;

	if (f->place.file && strcmp(f->place.file, "-") != 0 && file_slurp(f->place.file, &arena, SCRIPT_OCTETS_MAX, &text, NULL))
		while (number < f->place.line && span_line(&text, &line))
			if (++number + 1 >= f->place.line) {
				char margin[24];
				snprintf(margin, sizeof margin, "%3u | ", number);
				put(r, INK_PLAIN, indent, margin, line);
			}
	arena_release(&arena);
}

static void
show_difference(struct replay *r, const struct play_failure *f, const char *indent)
{
	struct span want = f->want, line;
	struct arena arena = { 0 };

	if (f->want.len == 0 && !f->reply)
		return;
	put(r, INK_PLAIN, indent, "    |", SPAN_NONE);
	while (span_line(&want, &line))
		put(r, INK_BAD, indent, "    | ", arena_printf(&arena, "- %.*s", SPAN_ARG(line)));
	for (size_t i = 0; f->reply && i < f->reply->nlines; i++)
		put(r, INK_GOOD, indent, "    | ", arena_printf(&arena, "+ %.*s", SPAN_ARG(replay_line(&arena, f->reply, i))));
	arena_release(&arena);
}

void
replay_snippet(struct replay *r, const struct replay_case *c, const struct play_failure *f, const char *indent)
{
	const struct play_result *result = c->result;
	char left[80];

	put(r, INK_PLAIN, indent, "    |", SPAN_NONE);
	show_lines(r, f, indent);
	fprintf(r->out, "%s    |    ^^^ ", indent);
	screen_ink(&r->screen, INK_BAD);
	screen_put(&r->screen, span_of(f->why));
	screen_ink(&r->screen, INK_PLAIN);
	fprintf(r->out, "    [match %s]\n", match_level_word(f->level));
	show_difference(r, f, indent);
	if (result->not_done) {
		snprintf(left, sizeof left, "%u step%s behind it skipped", result->not_done, result->not_done == 1 ? "" : "s");
		put(r, INK_DIM, indent, "    = ", span_of(left));
	}
	put(r, INK_DIM, indent, "    = ", result->where);
	arena_reset(&r->screen.arena);
}

/* ---- text */

static void
text_one(struct replay *r, const struct replay_case *c)
{
	const struct play_result *result = c->result;
	static const char *const words[] = { [PLAY_PASSED] = "ok", [PLAY_FAILED] = "not ok", [PLAY_SKIPPED] = "ok" };
	struct place place = result->failure ? result->failure->place : c->now->place;
	char took[24];

	if (r->o->verbose < 0 && result->verdict != PLAY_FAILED)
		return;
	text_time(took, result->took_us);
	screen_ink(&r->screen, result->verdict == PLAY_FAILED ? INK_BAD : result->verdict == PLAY_SKIPPED ? INK_WARN : INK_GOOD);
	fprintf(r->out, "%s", words[result->verdict]);
	screen_ink(&r->screen, INK_PLAIN);
	fprintf(r->out, " %zu - ", r->told);
	screen_put(&r->screen, replay_name(c));
	if (place.file && (c->now->name.len > 0 || result->verdict == PLAY_FAILED)) {
		fputs("  ", r->out);
		screen_put(&r->screen, span_of(place.file));
		fprintf(r->out, ":%u", place.line);
	}
	if (result->verdict == PLAY_SKIPPED) {
		fputs("  # SKIP ", r->out);
		screen_put(&r->screen, result->why_skipped);
	} else {
		fprintf(r->out, "  (%s)", took);
	}
	fputc('\n', r->out);
	for (const struct play_failure *f = result->failure; f; f = f->next)
		replay_snippet(r, c, f, "");
	arena_reset(&r->screen.arena);
	fflush(r->out);
}

static void
text_end(struct replay *r)
{
	char took[24];

	if (r->o->verbose < 0)
		return;
	text_time(took, loop_now_us() - r->began_us);
	fprintf(r->out, "%zu passed, %zu failed, %zu skipped in %s", r->passed, r->failed, r->skipped, took);
	if (r->uncompared)
		fprintf(r->out, "; %u text%s not compared at this level (--match text compares them)", r->uncompared,
		    r->uncompared == 1 ? "" : "s");
	fputc('\n', r->out);
}

const struct replay_report replay_text = { .one = text_one, .end = text_end };
