/*
 * tap - the Test Anything Protocol: a test for each address of a probe or, for scripts, a test for
 * each file with a subtest for each case. prove(1) reads version 13. Version 14 differs only in its
 * first line: what it adds are comments in 13, and ignored.
 */
#include <stdlib.h>

#include "base/text.h"
#include "run/diagnosis/diagnose.h"
#include "ui/report/replay.h"
#include "ui/report/report.h"

/* Writes text that is safe to show. "#" is escaped: it would begin a directive. */
static void
tap_text(FILE *out, struct span safe)
{
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.at[i] == '#' || safe.at[i] == '\\')
			fputc('\\', out);
		fputc(safe.at[i], out);
	}
}

static void
tap_point(FILE *out, const char *indent, bool ok, size_t number, struct span safe)
{
	fprintf(out, "%s%sok %zu - ", indent, ok ? "" : "not ", number);
	tap_text(out, safe);
}

/* Writes a line of the YAML block after a test. The text is safe to show. */
static void
tap_detail(FILE *out, const char *indent, const char *key, struct span safe)
{
	fprintf(out, "%s  %s: \"", indent, key);
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.at[i] == '"' || safe.at[i] == '\\')
			fputc('\\', out);
		fputc(safe.at[i], out);
	}
	fputs("\"\n", out);
}

/* ---- for a probe */

struct tap { FILE *out; size_t n; };

static void *
tap_begin(FILE *out, unsigned version)
{
	struct tap *t = memory_zeroed(sizeof *t);

	t->out = out;
	fprintf(out, "TAP version %u\n", version);
	return t;
}

static void *
tap_begin_13(FILE *out, const struct report_opts *opts)
{
	(void)opts;
	return tap_begin(out, 13);
}

static void *
tap_begin_14(FILE *out, const struct report_opts *opts)
{
	(void)opts;
	return tap_begin(out, 14);
}

static void
tap_diagnosis(FILE *out, const struct diagnosis *d, struct arena *arena)
{
	struct span next = diagnosis_next(d, FOR_ANYONE, arena);

	tap_detail(out, "", "cause", span_of(cause_word(d->cause)));
	tap_detail(out, "", "meaning", diagnosis_sentence(d, arena));
	if (next.len > 0)
		tap_detail(out, "", "next", next);
}

static void
tap_one(void *state, const struct fleet_report *report)
{
	struct tap *t = state;
	struct span message = report_message(report);
	const struct judge_check *worst = report->verdict->worst;
	bool skipped = report->verdict->skipped;

	tap_point(t->out, "", report_passed(report) || skipped, ++t->n, report_place(report));
	if (message.len > 0) {
		fputs(": ", t->out);
		tap_text(t->out, message);
	}
	fprintf(t->out, "%s\n  ---\n  state: %s\n", skipped ? " # SKIP no route" : "",
	    report_state(report));
	if (worst)
		fprintf(t->out, "  phase: %s\n  reason: %s\n", phase_word(worst->phase),
		    reason_word(worst->reason));
	if (report->verdict->diagnosis)
		tap_diagnosis(t->out, report->verdict->diagnosis, &report->result->arena);
	fprintf(t->out, "  seconds: %.6f\n  ...\n", report_seconds(report->result->total_us));
}

static void
tap_end(void *state, const struct fleet_summary *sum)
{
	struct tap *t = state;
	char lacks[SHORTFALL_SIZE];

	if (sum->worst != STATE_OK && report_shortfall(sum, lacks))
		fprintf(t->out, "not ok %zu - the run: %s\n", ++t->n, lacks);
	fprintf(t->out, "1..%zu\n", t->n);
	free(t);
}

const struct report_kind report_tap = { tap_begin_13, tap_one, tap_end };
const struct report_kind report_tap14 = { tap_begin_14, tap_one, tap_end };

/* ---- for scripts */

static void
tap_replay_begin(struct replay *r)
{
	fprintf(
	    r->out, "TAP version %d\n1..%zu\n", r->o->report == REPORT_TAP14 ? 14 : 13, r->nfiles);
}

static void
tap_replay_file(struct replay *r, const struct replay_file *f)
{
	fputs("# Subtest: ", r->out);
	tap_text(r->out, text_safe(&r->screen.arena, span_of(f->name)));
	fprintf(r->out, "\n    1..%zu\n", f->n);
}

static void
tap_replay_failure(struct replay *r, const struct play_failure *f, const struct play_result *result)
{
	static const char indent[] = "    ";
	struct arena *arena = &r->screen.arena;
	struct span at = arena_printf(
	    arena, "%s:%u", f->place.file ? f->place.file : "", f->place.line);

	fprintf(r->out, "%s  ---\n", indent);
	tap_detail(r->out, indent, "message", text_safe(arena, span_of(f->why)));
	tap_detail(r->out, indent, "at", text_safe(arena, at));
	tap_detail(r->out, indent, "expected", text_safe(arena, f->want));
	if (f->reply && f->reply->nlines > 0)
		tap_detail(
		    r->out, indent, "received", text_safe(arena, replay_line(arena, f->reply, 0)));
	tap_detail(r->out, indent, "where", text_safe(arena, result->where));
	fprintf(r->out, "%s  duration_ms: %llu\n%s  ...\n", indent,
	    (unsigned long long)result->took_us / 1000, indent);
}

static void
tap_replay_one(struct replay *r, const struct replay_case *c)
{
	const struct play_result *result = c->result;
	struct arena *arena = &r->screen.arena;

	tap_point(r->out, "    ", !result->failure, c->number, text_safe(arena, replay_name(c)));
	if (result->verdict == PLAY_SKIPPED) {
		fputs(" # SKIP ", r->out);
		tap_text(r->out, text_safe(arena, result->why_skipped));
	}
	fputc('\n', r->out);
	if (result->failure)
		tap_replay_failure(r, result->failure, result);
	arena_reset(arena);
}

static void
tap_replay_file_end(struct replay *r, const struct replay_file *f)
{
	bool ok = true;

	for (size_t i = f->first; i < f->first + f->n; i++)
		ok = ok && !r->cases[i].failed;
	tap_point(r->out, "", ok, (size_t)(f - r->file) + 1,
	    text_safe(&r->screen.arena, span_of(f->name)));
	fputc('\n', r->out);
	fflush(r->out);
}

const struct replay_report replay_tap = { .begin = tap_replay_begin,
	.file = tap_replay_file,
	.one = tap_replay_one,
	.file_end = tap_replay_file_end };
const struct replay_report replay_tap14 = { .begin = tap_replay_begin,
	.file = tap_replay_file,
	.one = tap_replay_one,
	.file_end = tap_replay_file_end };
