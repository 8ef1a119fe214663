/* influx - InfluxDB line protocol: a point for each address. */
#include "run/diagnosis/diagnose.h"
#include "ui/report/report.h"

#include <stdlib.h>
#include <time.h>

struct influx { FILE *out; };

static void *
influx_begin(FILE *out, const struct report_opts *opts)
{
	struct influx *x = memory_zeroed(sizeof *x);

	(void)opts;
	x->out = out;
	return x;
}

/*
 * Writes a tag, with commas, spaces and "=" escaped. A line ending cannot be escaped, but text that
 * is safe to show has none.
 */
static void
influx_tag(FILE *out, const char *name, struct span value)
{
	if (value.len == 0)
		return;
	fprintf(out, ",%s=", name);
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] == ',' || value.at[i] == ' ' || value.at[i] == '=')
			fputc('\\', out);
		fputc(value.at[i] == '\\' ? '/' : value.at[i], out);
	}
}

static void
influx_one(void *state, const struct fleet_report *report)
{
	FILE *out = ((struct influx *)state)->out;
	const struct probe_result *r = report->result;
	struct timespec now;
	double days;

	clock_gettime(CLOCK_REALTIME, &now);
	fputs("smtp_probe", out);
	influx_tag(out, "target", report_target(report));
	influx_tag(out, "address", report_address(report));
	fprintf(out, " state=%di,ok=%s,total=%.6f", report->verdict->state,
	    report_passed(report) ? "true" : "false", report_seconds(r->total_us));
	for (unsigned p = 0; p < PHASE_COUNT; p++)
		if (r->done & 1u << p)
			fprintf(out, ",%s=%.6f", phase_word((enum probe_phase)p),
			    report_seconds(r->us[p]));
	if (judge_metric(r, METRIC_CERT_DAYS, &days))
		fprintf(out, ",cert_days=%.3f", days);
	if (report->verdict->worst)
		fprintf(out, ",phase=\"%s\",reason=\"%s\"",
		    phase_word(report->verdict->worst->phase),
		    reason_word(report->verdict->worst->reason));
	if (report->verdict->diagnosis)
		fprintf(out, ",cause=\"%s\"", cause_word(report->verdict->diagnosis->cause));
	fprintf(out, " %lld%09ld\n", (long long)now.tv_sec, now.tv_nsec);
}

static void
influx_end(void *state, const struct fleet_summary *sum)
{
	(void)sum;
	free(state);
}

const struct report_kind report_influx = { influx_begin, influx_one, influx_end };
