/* report - JUnit XML: a test case for each address. */
#include "ui/report/report.h"

#include <stdlib.h>

struct junit { FILE *out; size_t n, failures, errors; struct buf cases; };

static void *
begin(FILE *out, const struct report_opts *opts)
{
	struct junit *j = memory_zeroed(sizeof *j);

	(void)opts;
	*j = (struct junit){ .out = out, .cases = { .max = 256 << 20 } };
	return j;
}

/* The texts are safe already: printable UTF-8. */
static void
put(struct buf *b, struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		switch (text.at[i]) {
		case '<': buf_append(b, SPAN("&lt;")); break;
		case '>': buf_append(b, SPAN("&gt;")); break;
		case '&': buf_append(b, SPAN("&amp;")); break;
		case '"': buf_append(b, SPAN("&quot;")); break;
		default: buf_append(b, (struct span){ text.at + i, 1 });
		}
}

static void
one(void *state, const struct fleet_report *report)
{
	struct junit *j = state;
	enum health now = report->verdict->state;
	const struct judge_check *worst = report->verdict->worst;

	j->n++;
	buf_printf(&j->cases, "  <testcase classname=\"smtp\" time=\"%.6f\" name=\"",
	    report_seconds(report->result->total_us));
	put(&j->cases, report_place(report));
	if (report->verdict->skipped) {
		buf_append(&j->cases, SPAN("\"><skipped/></testcase>\n"));
		return;
	}
	if (!worst) {
		buf_append(&j->cases, SPAN("\"/>\n"));
		return;
	}
	const char *tag = now == STATE_WARNING ? "system-out" :
	    now == STATE_UNKNOWN	       ? "error" :
						 "failure";
	j->failures += now == STATE_CRITICAL;
	j->errors += now == STATE_UNKNOWN;
	buf_printf(&j->cases, now == STATE_WARNING ? "\"><%s>" : "\"><%s type=\"%s\" message=\"",
	    tag, reason_word(worst->reason));
	put(&j->cases, worst->message);
	buf_printf(
	    &j->cases, now == STATE_WARNING ? "</%s></testcase>\n" : "\"/></testcase>\n", tag);
}

static void
end(void *state, const struct fleet_summary *sum)
{
	struct junit *j = state;
	char lacks[SHORTFALL_SIZE];

	if (sum->worst != STATE_OK && report_shortfall(sum, lacks)) {
		j->n++;
		j->errors++;
		buf_printf(&j->cases,
		    "  <testcase classname=\"smtp\" time=\"0\" name=\"the run\"><error "
		    "type=\"internal\" message=\"%s\"/>"
		    "</testcase>\n",
		    lacks);
	}
	struct span cases = buf_span(&j->cases);

	fprintf(j->out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"smtpsh probe\" "
	    "tests=\"%zu\" failures=\"%zu\" "
	    "errors=\"%zu\" time=\"%.6f\">\n%.*s</testsuite>\n",
	    j->n, j->failures, j->errors, report_seconds(sum->wall_us), SPAN_ARG(cases));
	buf_release(&j->cases);
	free(j);
}

const struct report_kind report_junit = { "junit", begin, one, end };
