/* report - TAP: a line for each address. */
#include "ui/report/report.h"

#include <stdlib.h>

struct tap { FILE *out; size_t n; };

static void *
begin(FILE *out, const struct report_opts *opts)
{
	struct tap *t = memory_zeroed(sizeof *t);

	(void)opts;
	t->out = out;
	fputs("TAP version 13\n", out);
	return t;
}

/* "#" would begin a directive. */
static void
put(FILE *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '#' || text.at[i] == '\\')
			fputc('\\', out);
		fputc(text.at[i], out);
	}
}

static void
one(void *state, const struct fleet_report *report)
{
	struct tap *t = state;
	struct span message = report_message(report);
	const struct judge_check *worst = report->verdict->worst;

	fprintf(t->out, "%sok %zu - ",
	    report_passed(report) || report->verdict->skipped ? "" : "not ", ++t->n);
	put(t->out, report_place(report));
	if (message.len > 0) {
		fputs(": ", t->out);
		put(t->out, message);
	}
	fputs(report->verdict->skipped ? " # SKIP no route\n" : "\n", t->out);
	fprintf(t->out, "  ---\n  state: %s\n", report_state(report));
	if (worst)
		fprintf(t->out, "  phase: %s\n  reason: %s\n", phase_word(worst->phase),
		    reason_word(worst->reason));
	fprintf(t->out, "  seconds: %.6f\n  ...\n", report_seconds(report->result->total_us));
}

static void
end(void *state, const struct fleet_summary *sum)
{
	struct tap *t = state;
	char lacks[SHORTFALL_SIZE];

	if (sum->worst != STATE_OK && report_shortfall(sum, lacks))
		fprintf(t->out, "not ok %zu - the run: %s\n", ++t->n, lacks);
	fprintf(t->out, "1..%zu\n", t->n);
	free(t);
}

const struct report_kind report_tap = { "tap", begin, one, end };
