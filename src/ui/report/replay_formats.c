/* replay_formats - what came of it, for programs: TAP 14, JUnit XML, JSON. */
#include <stdlib.h>

#include "base/text.h"
#include "ui/show/json.h"
#include "ui/report/replay.h"

/* ---- TAP 14: a test a file, with a subtest a case */

/* "#" and a backslash mean something in a description. */
static void
tap_name(struct replay *r, struct span name)
{
	struct span safe = text_safe(&r->screen.arena, name);

	for (size_t i = 0; i < safe.len; i++) {
		if (safe.at[i] == '#' || safe.at[i] == '\\')
			fputc('\\', r->out);
		fputc(safe.at[i], r->out);
	}
}

static void
tap_begin(struct replay *r)
{
	fprintf(r->out, "TAP version 14\n1..%zu\n", r->nfiles);
}

static void
tap_file(struct replay *r, const struct replay_file *f)
{
	fputs("# Subtest: ", r->out);
	tap_name(r, span_of(f->name));
	fprintf(r->out, "\n    1..%zu\n", f->n);
}

static void
yaml_text(struct replay *r, const char *key, struct span text)
{
	struct span safe = text_safe(&r->screen.arena, text);

	fprintf(r->out, "      %s: \"", key);
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.at[i] == '"' || safe.at[i] == '\\')
			fputc('\\', r->out);
		fputc(safe.at[i], r->out);
	}
	fputs("\"\n", r->out);
}

static void
tap_one(struct replay *r, const struct replay_case *c)
{
	const struct play_result *result = c->result;
	const struct play_failure *f = result->failure;

	fprintf(r->out, "    %sok %zu - ", f ? "not " : "", c->number);
	tap_name(r, replay_name(c));
	if (result->verdict == PLAY_SKIPPED) {
		fputs(" # SKIP ", r->out);
		tap_name(r, result->why_skipped);
	}
	fputc('\n', r->out);
	if (f) {
		struct arena arena = { 0 };
		fputs("      ---\n", r->out);
		yaml_text(r, "message", span_of(f->why));
		yaml_text(r, "at",
		    arena_printf(
			&arena, "%s:%u", f->place.file ? f->place.file : "", f->place.line));
		yaml_text(r, "expected", f->want);
		for (size_t i = 0; f->reply && i < f->reply->nlines && i < 1; i++)
			yaml_text(r, "received", replay_line(&arena, f->reply, i));
		yaml_text(r, "where", result->where);
		fprintf(r->out, "      duration_ms: %llu\n      ...\n",
		    (unsigned long long)result->took_us / 1000);
		arena_release(&arena);
	}
	arena_reset(&r->screen.arena);
}

static bool
all_passed(const struct replay *r, const struct replay_file *f)
{
	for (size_t i = f->first; i < f->first + f->n; i++)
		if (r->cases[i].failed)
			return false;
	return true;
}

static void
tap_file_end(struct replay *r, const struct replay_file *f)
{
	fprintf(r->out, "%sok %zu - ", all_passed(r, f) ? "" : "not ", (size_t)(f - r->file) + 1);
	tap_name(r, span_of(f->name));
	fputc('\n', r->out);
	fflush(r->out);
}

const struct replay_report replay_tap = {
	.begin = tap_begin, .file = tap_file, .one = tap_one, .file_end = tap_file_end
};

/* ---- JUnit */

static void
xml_text(struct replay *r, struct span text)
{
	struct span safe = text_safe(&r->screen.arena, text);

	for (size_t i = 0; i < safe.len; i++)
		switch (safe.at[i]) {
		case '<': fputs("&lt;", r->out); break;
		case '>': fputs("&gt;", r->out); break;
		case '&': fputs("&amp;", r->out); break;
		case '"': fputs("&quot;", r->out); break;
		default: fputc(safe.at[i], r->out);
		}
}

static void
junit_begin(struct replay *r)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"smtpsh\">\n", r->out);
}

/* The counts of a suite stand before its cases, so that these are written into memory first. */
static void
junit_file(struct replay *r, const struct replay_file *f)
{
	(void)f;
	r->whole = r->out;
	r->out = open_memstream(&r->part, &r->part_size);
	r->suite_failed = r->failed;
	r->suite_skipped = r->skipped;
	r->suite_us = 0;
	if (!r->out)
		r->out = r->whole;
}

/* "expected 250, received 451 4.7.1 …" */
static void
junit_message(struct replay *r, const struct play_failure *f, struct arena *arena)
{
	if (f->expect && f->reply && !expect_may_be(f->expect, f->reply->code))
		xml_text(r,
		    arena_printf(arena, "expected %.*s, received %.*s", SPAN_ARG(f->about),
			SPAN_ARG(replay_line(arena, f->reply, 0))));
	else
		xml_text(r, span_of(f->why));
}

static void
junit_failure(struct replay *r, const struct replay_case *c, const struct play_failure *f)
{
	struct arena arena = { 0 };
	struct span want = f->want, line;

	fputs("\n      <failure message=\"", r->out);
	junit_message(r, f, &arena);
	fputs("\" type=\"", r->out);
	xml_text(r, span_of(err_word(f->kind)));
	fputs("\">", r->out);
	xml_text(r,
	    arena_printf(
		&arena, "%s:%u: %s", f->place.file ? f->place.file : "", f->place.line, f->why));
	while (span_line(&want, &line))
		fputs("\n- ", r->out), xml_text(r, line);
	for (size_t i = 0; f->reply && i < f->reply->nlines; i++)
		fputs("\n+ ", r->out), xml_text(r, replay_line(&arena, f->reply, i));
	if (c->result->where.len > 0)
		fputs("\n= ", r->out), xml_text(r, c->result->where);
	fputs("</failure>", r->out);
	arena_release(&arena);
}

static void
junit_one(struct replay *r, const struct replay_case *c)
{
	const struct play_result *result = c->result;

	r->suite_us += result->took_us;
	fputs("    <testcase name=\"", r->out);
	xml_text(r, replay_name(c));
	fputs("\" classname=\"", r->out);
	xml_text(r, span_of(c->file->name));
	fprintf(r->out, "\" time=\"%.3f\">", (double)result->took_us / 1e6);
	if (result->verdict == PLAY_SKIPPED) {
		fputs("<skipped message=\"", r->out);
		xml_text(r, result->why_skipped);
		fputs("\"/>", r->out);
	}
	for (const struct play_failure *f = result->failure; f; f = f->next)
		junit_failure(r, c, f);
	fputs(result->failure ? "\n    </testcase>\n" : "</testcase>\n", r->out);
	arena_reset(&r->screen.arena);
}

static void
junit_file_end(struct replay *r, const struct replay_file *f)
{
	if (r->out != r->whole)
		fclose(r->out);
	r->out = r->whole;
	fputs("  <testsuite name=\"", r->out);
	xml_text(r, span_of(f->name));
	fprintf(r->out,
	    "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"%.3f\">\n", f->n,
	    r->failed - r->suite_failed, r->skipped - r->suite_skipped, (double)r->suite_us / 1e6);
	fwrite(r->part ? r->part : "", 1, r->part_size, r->out);
	fputs("  </testsuite>\n", r->out);
	free(r->part);
	r->part = NULL;
	r->part_size = 0;
	arena_reset(&r->screen.arena);
}

static void
junit_end(struct replay *r)
{
	/* interrupted within a suite */
	if (r->whole && r->out != r->whole && r->told > 0)
		junit_file_end(r, r->cases[r->told - 1].file);
	fputs("</testsuites>\n", r->out);
}

const struct replay_report replay_junit = { .begin = junit_begin,
	.file = junit_file,
	.one = junit_one,
	.file_end = junit_file_end,
	.end = junit_end };

/* ---- JSON: an object a step (as it is done), a case, and one at the end */

static void
json_one(struct replay *r, const struct replay_case *c)
{
	static const char *const verdicts[] = {
		[PLAY_PASSED] = "passed", [PLAY_FAILED] = "failed", [PLAY_SKIPPED] = "skipped"
	};
	const struct play_result *result = c->result;
	const struct play_failure *f = result->failure;

	json_played(r->out,
	    &(struct json_played){ .what = "case",
		.file = c->file->name,
		.line = f ? f->place.line : c->now->place.line,
		.name = replay_name(c),
		.verdict = verdicts[result->verdict],
		.why = f ? span_of(f->why) : result->why_skipped,
		.expected = f ? f->want : SPAN_NONE,
		.received = f && f->reply ? f->reply->raw : SPAN_NONE,
		.where = result->where,
		.took_us = result->took_us });
}

void
replay_step(struct replay *r, const struct script_item *item, const char *why, uint64_t took_us)
{
	struct span name = item->nsay ? item->say[0].text.source : item->line.source;
	struct arena arena = { 0 };

	for (size_t i = 0; i < r->nfiles; i++)
		if (r->file[i].script)
			name = script_shown(r->file[i].script, &arena, name);
	json_played(r->out, &(struct json_played){
		.what = "step", .file = item->place.file, .line = item->place.line, .name = name,
		.verdict = why ? "failed" : "passed", .why = span_of(why), .took_us = took_us });
	arena_release(&arena);
}

const struct replay_report replay_json = { .one = json_one };

extern const struct replay_report replay_text;
const struct replay_report *const replay_reports[] = {
	[REPORT_TEXT] = &replay_text,
	[REPORT_TAP] = &replay_tap,
	[REPORT_JUNIT] = &replay_junit,
	[REPORT_JSON] = &replay_json,
};
