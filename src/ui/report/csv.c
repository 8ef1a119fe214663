/*
 * csv - a row for each address, below the names of the columns (RFC 4180, but lines end in LF). All
 * text is quoted. A spreadsheet takes a cell that begins with "=", "+", "-" or "@" for a formula,
 * and may separate cells at semicolons: wherever one of these could begin a cell, it gets an
 * apostrophe before it.
 */
#include <stdlib.h>

#include "base/text.h"
#include "base/utc.h"
#include "run/diagnosis/diagnose.h"
#include "ui/report/report.h"

struct csv {
	FILE *out;
};

static bool
csv_begins_formula(struct span rest)
{
	static const unsigned long signs[] = { '=', '+', '-', '@', 0xFF1D, 0xFF0B, 0xFF0D, 0xFF20 };
	size_t n;

	for (size_t i = 0; rest.len > 0 && i < sizeof signs / sizeof *signs; i++)
		if (text_char(rest, &n) == signs[i])
			return true;
	return false;
}

/* Writes text that is safe to show, so that it has no line endings. */
static void
csv_text(FILE *out, struct span safe)
{
	bool at_start = true;

	fputc('"', out);
	for (size_t i = 0; i < safe.len; i++) {
		char c = safe.at[i];
		if (at_start && csv_begins_formula(span_skip(safe, i)))
			fputc('\'', out);
		if (c == '"')
			fputc('"', out);
		fputc(c, out);
		at_start = c == ',' || c == ';' || (at_start && (c == ' ' || c == '"'));
	}
	fputs("\",", out);
}

static void *
csv_begin(FILE *out, const struct report_opts *opts)
{
	struct csv *c = memory_zeroed(sizeof *c);

	(void)opts;
	c->out = out;
	fputs(
	    "time,number,target,name,state,phase,reason,cause,message,next,domain,preference,host,"
	    "address,port,attempt,tls_version,tls_verified,cert_days,total_seconds",
	    out);
	for (unsigned p = 0; p < PHASE_COUNT; p++)
		fprintf(out, ",%s_seconds", phase_word((enum probe_phase)p));
	fputc('\n', out);
	return c;
}

static void
csv_time(FILE *out)
{
	char text[24];

	utc_now(text);
	fprintf(out, "%s,", text);
}

static void
csv_verdict(FILE *out, const struct fleet_report *one)
{
	const struct finding *v = one->verdict;
	struct arena *arena = &one->result->arena;

	fprintf(out, "%s,%s,%s,%s,", report_state(one), v->worst ? phase_word(v->worst->phase) : "",
	    v->worst ? reason_word(v->worst->reason) : "",
	    v->diagnosis ? cause_word(v->diagnosis->cause) : "");
	csv_text(out, report_message(one));
	csv_text(out, v->diagnosis ? diagnosis_next(v->diagnosis, FOR_ANYONE, arena) : SPAN_NONE);
}

static void
csv_place(FILE *out, const struct probe_result *r, struct arena *arena, struct span address)
{
	csv_text(out, text_safe(arena, r->domain));
	if (r->mx)
		fprintf(out, "%u", r->preference);
	fputc(',', out);
	csv_text(out, text_safe(arena, r->host));
	csv_text(out, address);
	fprintf(out, "%u,%u,", r->addr.len ? addr_port(&r->addr) : r->target->port, r->attempt);
}

static void
csv_one(void *state, const struct fleet_report *one)
{
	FILE *out = ((struct csv *)state)->out;
	struct probe_result *r = one->result;
	double days;

	csv_time(out);
	fprintf(out, "%zu,", r->number);
	csv_text(out, report_target(one));
	csv_text(out, text_safe(&r->arena, span_of(one->name)));
	csv_verdict(out, one);
	csv_place(out, r, &r->arena, report_address(one));
	if (r->tls) {
		csv_text(out, text_safe(&r->arena, r->tls->version));
		fprintf(out, "%s,", r->tls->verified ? "true" : "false");
	} else {
		fputs(",,", out);
	}
	if (judge_metric(r, METRIC_CERT_DAYS, &days))
		fprintf(out, "%.3f", days);
	fprintf(out, ",%.6f", report_seconds(r->total_us));
	for (unsigned p = 0; p < PHASE_COUNT; p++) {
		fputc(',', out);
		if (p == PHASE_RESOLVE || (r->ran & 1u << p))
			fprintf(out, "%.6f", report_seconds(r->us[p]));
	}
	fputc('\n', out);
}

/* What was not probed is reported in a row without a target. */
static void
csv_end(void *state, const struct fleet_summary *sum)
{
	FILE *out = ((struct csv *)state)->out;
	char lacks[SHORTFALL_SIZE];

	if (sum->worst != STATE_OK && report_shortfall(sum, lacks)) {
		csv_time(out);
		fprintf(out, ",,,%s,,,,", judge_state_word(sum->worst));
		csv_text(out, span_of(lacks));
		fputs(",,,,,,,,,,", out);
		for (unsigned p = 0; p < PHASE_COUNT; p++)
			fputc(',', out);
		fputc('\n', out);
	}
	free(state);
}

const struct report_kind report_csv = { csv_begin, csv_one, csv_end };
