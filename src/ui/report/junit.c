/*
 * junit - JUnit XML: a test case for each address of a probe or, for scripts, a suite for each file
 * with its cases. A suite has its counts before its cases, so these are written to memory first.
 */
#include <stdlib.h>

#include "base/text.h"
#include "ui/report/markup.h"
#include "ui/report/replay.h"
#include "ui/report/report.h"

struct junit {
	FILE *out;
	FILE *cases; /* of the suite; NULL: no suite */
	char *text;  /* the cases */
	size_t size;
	size_t tests, failures, errors, skipped;
	uint64_t took_us;
};

static struct junit *
junit_new(FILE *out)
{
	struct junit *j = memory_zeroed(sizeof *j);

	j->out = out;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	return j;
}

static void
junit_suite_begin(struct junit *j)
{
	*j = (struct junit){ .out = j->out };
	j->cases = memory_file(&j->text, &j->size);
}

static void
junit_case_begin(struct junit *j, struct span safe_name, struct span safe_class, uint64_t took_us)
{
	j->tests++;
	j->took_us += took_us;
	fputs("    <testcase name=\"", j->cases);
	markup_put(j->cases, safe_name);
	fputs("\" classname=\"", j->cases);
	markup_put(j->cases, safe_class);
	fprintf(j->cases, "\" time=\"%.6f\">", report_seconds(took_us));
}

static void
junit_case_end(struct junit *j)
{
	fputs("</testcase>\n", j->cases);
}

/* fault: "failure" or "error". Its text is written until junit_fault_end() with the same word. */
static void
junit_fault_begin(struct junit *j, const char *fault, const char *type, struct span safe_message)
{
	fprintf(j->cases, "\n      <%s type=\"%s\" message=\"", fault, type);
	markup_put(j->cases, safe_message);
	fputs("\">", j->cases);
}

static void
junit_fault_end(struct junit *j, const char *fault)
{
	fprintf(j->cases, "</%s>\n    ", fault);
}

static void
junit_skipped(struct junit *j, struct span safe_why)
{
	j->skipped++;
	fputs("<skipped message=\"", j->cases);
	markup_put(j->cases, safe_why);
	fputs("\"/>", j->cases);
}

static void
junit_suite_end(struct junit *j, struct span safe_name, uint64_t took_us)
{
	fclose(j->cases);
	fputs("  <testsuite name=\"", j->out);
	markup_put(j->out, safe_name);
	fprintf(j->out,
	    "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.6f\">\n",
	    j->tests, j->failures, j->errors, j->skipped, report_seconds(took_us));
	fwrite(j->text, 1, j->size, j->out);
	fputs("  </testsuite>\n", j->out);
	free(j->text);
	*j = (struct junit){ .out = j->out };
}

/* ---- for a probe */

static void *
junit_begin(FILE *out, const struct report_opts *opts)
{
	struct junit *j = junit_new(out);

	(void)opts;
	junit_suite_begin(j);
	return j;
}

static void
junit_one(void *state, const struct fleet_report *report)
{
	struct junit *j = state;
	const struct judge_check *worst = report->verdict->worst;
	bool unknown = report->verdict->state == STATE_UNKNOWN;
	const char *fault = unknown ? "error" : "failure";

	junit_case_begin(j, report_place(report), SPAN("smtp"), report->result->total_us);
	if (report->verdict->skipped) {
		junit_skipped(j, SPAN("no route"));
	} else if (worst && report->verdict->state == STATE_WARNING) {
		fputs("<system-out>", j->cases);
		markup_put(j->cases, worst->message);
		if (report->verdict->diagnosis) {
			fputc('\n', j->cases);
			markup_put(j->cases, report_why(report));
		}
		fputs("</system-out>", j->cases);
	} else if (worst) {
		j->errors += unknown;
		j->failures += !unknown;
		junit_fault_begin(j, fault, reason_word(worst->reason), worst->message);
		markup_put(j->cases, report_why(report));
		junit_fault_end(j, fault);
	}
	junit_case_end(j);
}

static void
junit_end(void *state, const struct fleet_summary *sum)
{
	struct junit *j = state;
	char lacks[SHORTFALL_SIZE];

	if (sum->worst != STATE_OK && report_shortfall(sum, lacks)) {
		j->errors++;
		junit_case_begin(j, SPAN("the run"), SPAN("smtp"), 0);
		junit_fault_begin(j, "error", "internal", span_of(lacks));
		junit_fault_end(j, "error");
		junit_case_end(j);
	}
	junit_suite_end(j, SPAN("smtpsh probe"), sum->wall_us);
	free(j);
}

const struct report_kind report_junit = { junit_begin, junit_one, junit_end };

/* ---- for scripts */

static void
junit_replay_begin(struct replay *r)
{
	r->writer = junit_new(r->out);
	fputs("<testsuites name=\"smtpsh\">\n", r->out);
}

static void
junit_replay_file(struct replay *r, const struct replay_file *f)
{
	(void)f;
	junit_suite_begin(r->writer);
}

/* Returns "expected 250, received 451 4.7.1 …", or why it failed. */
static struct span
junit_message(const struct play_failure *f, struct arena *arena)
{
	if (!f->expect || !f->reply || expect_may_be(f->expect, f->reply->code))
		return text_safe(arena, span_of(f->why));
	return text_safe(arena,
	    arena_printf(arena, "expected %.*s, received %.*s", SPAN_ARG(f->about),
		SPAN_ARG(replay_line(arena, f->reply, 0))));
}

/* Writes where it failed, and lines for what was expected (-), received (+) and the state (=). */
static void
junit_replay_failure(struct replay *r, const struct replay_case *c, const struct play_failure *f)
{
	struct junit *j = r->writer;
	struct arena arena = { 0 };
	struct span want = f->want, line;

	junit_fault_begin(j, "failure", err_word(f->kind), junit_message(f, &arena));
	markup_put(j->cases,
	    text_safe(&arena,
		arena_printf(&arena, "%s:%u: %s", f->place.file ? f->place.file : "", f->place.line,
		    f->why)));
	while (span_line(&want, &line))
		fputs("\n- ", j->cases), markup_put(j->cases, text_safe(&arena, line));
	for (size_t i = 0; f->reply && i < f->reply->nlines; i++)
		fputs("\n+ ", j->cases),
		    markup_put(j->cases, text_safe(&arena, replay_line(&arena, f->reply, i)));
	if (c->result->where.len > 0)
		fputs("\n= ", j->cases), markup_put(j->cases, text_safe(&arena, c->result->where));
	junit_fault_end(j, "failure");
	arena_release(&arena);
}

static void
junit_replay_one(struct replay *r, const struct replay_case *c)
{
	struct junit *j = r->writer;
	const struct play_result *result = c->result;
	struct arena *arena = &r->screen.arena;

	junit_case_begin(j, text_safe(arena, replay_name(c)),
	    text_safe(arena, span_of(c->file->name)), result->took_us);
	if (result->verdict == PLAY_SKIPPED)
		junit_skipped(j, text_safe(arena, result->why_skipped));
	j->failures += result->verdict == PLAY_FAILED;
	for (const struct play_failure *f = result->failure; f; f = f->next)
		junit_replay_failure(r, c, f);
	junit_case_end(j);
	arena_reset(arena);
}

static void
junit_replay_file_end(struct replay *r, const struct replay_file *f)
{
	struct junit *j = r->writer;

	junit_suite_end(j, text_safe(&r->screen.arena, span_of(f->name)), j->took_us);
	arena_reset(&r->screen.arena);
}

static void
junit_replay_end(struct replay *r)
{
	struct junit *j = r->writer;

	/* interrupted before the suite ended */
	if (j->cases && r->told > 0)
		junit_replay_file_end(r, r->cases[r->told - 1].file);
	fputs("</testsuites>\n", r->out);
	if (j->cases)
		fclose(j->cases);
	free(j->text);
	free(j);
	r->writer = NULL;
}

const struct replay_report replay_junit = { .begin = junit_replay_begin,
	.file = junit_replay_file,
	.one = junit_replay_one,
	.file_end = junit_replay_file_end,
	.end = junit_replay_end };
