/*
 * replay - the results for people: one line per case, and each failure with the lines of the script
 * around it.
 */
#include "base/text.h"
#include "run/script/file.h"
#include "ui/report/replay.h"

struct span
replay_name(const struct replay_case *c)
{
	return c->now->name.len > 0 ? c->now->name : span_of(c->file->name);
}

/* Makes control characters and trailing spaces visible. */
static struct span
visible(struct arena *arena, struct span text)
{
	struct span begin = span_trim_end(text, " "), safe = text_safe(arena, begin);

	for (size_t n = begin.len; n < text.len; n++)
		safe = arena_printf(arena, "%.*s\\x20", SPAN_ARG(safe));
	return safe;
}

struct span
replay_line(struct arena *arena, const struct reply *r, size_t n)
{
	struct span rest = r->raw, line = SPAN_NONE;
	const char *at = n < r->nlines ? r->line[n].at : NULL;
	size_t from = 0;

	/*
	 * Goes back from the line's text to its code: searching from the start for each line would
	 * be slow for a reply of tens of thousands of lines.
	 */
	if (at && r->raw.at && at > r->raw.at && at <= r->raw.at + r->raw.len) {
		while (at > r->raw.at && at[-1] != '\n')
			at--;
		rest = span_skip(r->raw, (size_t)(at - r->raw.at));
		from = n;
	}
	for (size_t i = from; i <= n; i++)
		if (!span_line(&rest, &line))
			return SPAN_NONE;
	return visible(arena, line);
}

static void
replay_put(struct replay *r, enum ink ink, const char *indent, const char *margin, struct span text)
{
	fputs(indent, r->out);
	fputs(margin, r->out);
	screen_ink(&r->screen, ink);
	screen_put(&r->screen, text);
	screen_ink(&r->screen, INK_PLAIN);
	fputc('\n', r->out);
}

/*
 * Returns the offset in the line of what failed: the text `about` or, if it is not there, what
 * follows the mark ("C:", "S:").
 */
static size_t
column_of(struct span line, struct span about)
{
	struct span hit = about.len > 0 ? span_find(line, about) : SPAN_NONE, rest = line;

	if (hit.len > 0)
		return line.len - hit.len;
	while (rest.len > 0 && (rest.at[0] == ' ' || rest.at[0] == '\t'))
		rest = span_skip(rest, 1);
	size_t n = line.len - rest.len;
	struct span word = span_word(&rest);
	bool mark = word.len > 1 && word.len < 5 && (word.at[0] == 'C' || word.at[0] == 'S') &&
	    word.at[word.len - 1] == ':';
	return mark && rest.len > 0 ? (size_t)(rest.at - line.at) : n;
}

/* Prints the line that failed and the one before. Returns the columns before what failed. */
static unsigned
replay_source(
    struct replay *r, const struct replay_case *c, const struct play_failure *f, const char *indent)
{
	struct place at = f->place;
	struct arena arena = { 0 };
	char margin[24];

	if (!at.file)
		return 0;
	for (at.line -= at.line > 1; at.line <= f->place.line; at.line++) {
		struct span line = script_shown(
		    c->file->script, &arena, script_source_line(c->file->script, at));
		snprintf(margin, sizeof margin, "%3u | ", at.line);
		if (at.line == f->place.line || span_trim(line).len > 0)
			replay_put(r, INK_PLAIN, indent, margin, visible(&arena, line));
	}
	struct span line = script_source_line(c->file->script, f->place);
	unsigned columns = text_width(
	    text_safe(&arena, span_first(line, column_of(line, f->about))));
	arena_release(&arena);
	return columns;
}

/*
 * Lines received as expected are shown without a sign; expected lines that are missing have "-",
 * others received have "+".
 */
static void
replay_difference(struct replay *r, const struct play_failure *f, const char *indent)
{
	struct span want = f->want, line;
	struct arena arena = { 0 };

	if (f->want.len == 0 && !f->reply)
		return;
	replay_put(r, INK_PLAIN, indent, "    |", SPAN_NONE);
	for (size_t i = 0; span_line(&want, &line); i++)
		if (!f->want_met || !f->want_met[i])
			replay_put(r, INK_BAD, indent, "    | ",
			    arena_printf(&arena, "- %.*s", SPAN_ARG(visible(&arena, line))));
	for (size_t i = 0; f->reply && i < f->reply->nlines; i++) {
		bool met = f->reply_met && f->reply_met[i];
		replay_put(r, met ? INK_DIM : INK_GOOD, indent, "    | ",
		    arena_printf(&arena, "%c %.*s", met ? ' ' : '+',
			SPAN_ARG(replay_line(&arena, f->reply, i))));
	}
	arena_release(&arena);
}

static void
replay_failure(
    struct replay *r, const struct replay_case *c, const struct play_failure *f, const char *indent)
{
	const struct play_result *result = c->result;
	char left[80];

	replay_put(r, INK_PLAIN, indent, "    |", SPAN_NONE);
	unsigned columns = replay_source(r, c, f, indent);
	fprintf(r->out, "%s    | %*s^^^ ", indent, columns < 60 ? (int)columns : 60, "");
	screen_ink(&r->screen, INK_BAD);
	screen_put(&r->screen, span_of(f->why));
	screen_ink(&r->screen, INK_PLAIN);
	if (f->expect && f->reply)
		fprintf(r->out, "    [match %s]", match_level_word(f->level));
	fputc('\n', r->out);
	replay_difference(r, f, indent);
	if (result->not_done && !f->next) {
		snprintf(left, sizeof left, "%u following step%s skipped", result->not_done,
		    result->not_done == 1 ? "" : "s");
		replay_put(r, INK_DIM, indent, "    = ", span_of(left));
	}
	if (result->where.len > 0 && !f->next)
		replay_put(r, INK_DIM, indent, "    = ", result->where);
	arena_reset(&r->screen.arena);
}

/* ---- text */

static void
replay_text_one(struct replay *r, const struct replay_case *c)
{
	const struct play_result *result = c->result;
	static const char *const words[] = {
		[PLAY_PASSED] = "ok", [PLAY_FAILED] = "not ok", [PLAY_SKIPPED] = "ok"
	};
	struct place place = result->failure ? result->failure->place : c->now->place;
	char took[24];

	if (r->o->look.verbose < 0 && result->verdict != PLAY_FAILED)
		return;
	text_time(took, result->took_us);
	screen_ink(&r->screen,
	    result->verdict == PLAY_FAILED	? INK_BAD :
		result->verdict == PLAY_SKIPPED ? INK_WARN :
						  INK_GOOD);
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
		replay_failure(r, c, f, "");
	arena_reset(&r->screen.arena);
	fflush(r->out);
}

static void
replay_text_end(struct replay *r)
{
	char took[24];

	if (r->o->look.verbose < 0)
		return;
	text_time(took, loop_now_us() - r->began_us);
	fprintf(r->out, "%zu passed, %zu failed, %zu skipped in %s", r->passed, r->failed,
	    r->skipped, took);
	if (r->uncompared)
		fprintf(r->out,
		    "; %u text%s not compared (use --match text)",
		    r->uncompared, r->uncompared == 1 ? "" : "s");
	fputc('\n', r->out);
}

const struct replay_report replay_text = { .one = replay_text_one, .end = replay_text_end };
