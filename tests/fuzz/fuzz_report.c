/*
 * What a peer said and a probe judged, in every format that reports have: no octet of the peer is
 * one that a terminal, a monitor or a parser of that format obeys.
 */
#include "fuzz.h"

#include <stdio.h>

#include "run/probe/judge.h"
#include "run/probe/probe.h"
#include "smtp/extension.h"
#include "ui/report/report.h"

static const char *const words[] = {
#define X(token, word) [REPORT_##token] = #word,
	REPORT_FORMATS(X, X)
#undef X
};

static void
promise_line(enum report_format format, struct span line)
{
	static const char *const tap[] = { "ok", "not ok", "1..", "#", " ", "TAP version",
		"Bail out!" };
	size_t bars = 0, known = 0;

	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.at[i];
		PROMISE(c >= 0x20 && c != 0x7F);
		bars += c == '|';
	}
	/* behind the second one there would be other data */
	if (format == REPORT_NAGIOS)
		PROMISE(bars <= 1);
	if (format == REPORT_TAP || format == REPORT_TAP14) {
		for (size_t i = 0; i < sizeof tap / sizeof *tap; i++)
			known += span_starts(line, span_of(tap[i]));
		PROMISE(line.len == 0 || known > 0);
	}
	if (format == REPORT_PROM || format == REPORT_OPENMETRICS || format == REPORT_INFLUX)
		PROMISE(
		    line.len == 0 || line.at[0] == '#' || (line.at[0] >= 'a' && line.at[0] <= 'z'));
	if (format == REPORT_CSV)
		/* a text is quoted, and what is not is a number or one of our words */
		for (size_t i = 0; i + 1 < line.len; i++)
			PROMISE(line.at[i] != ',' || !strchr("=+@", line.at[i + 1]));
	if (format == REPORT_MARKDOWN && span_starts(line, SPAN("| "))) {
		for (size_t i = bars = 0; i < line.len; i++)
			bars += line.at[i] == '|';
		PROMISE(bars == 7);
	}
	if (format == REPORT_JSON)
		PROMISE(line.len == 0 || (line.at[0] == '{' && line.at[line.len - 1] == '}'));
}

static void
report_as(enum report_format format, struct probe_result *result, struct span octets)
{
	static const struct probe_opts probing = { .total_ms = 10000 };
	struct judge_opts judging = { 0 };
	struct report_opts opts = { .verbose = 1, .columns = 80, .judge = &judging, .fleet = true };
	struct fleet_summary sum = { .targets = 1, .addresses = 1 };
	struct finding verdict;
	struct span line, rest;
	struct err err;
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	judge(&judging, &probing, result, &verdict);
	sum.worst = verdict.state;
	sum.state[verdict.state] = 1;
	struct report *report = report_to(report_kinds[format], out, &opts);
	report_one(report,
	    &(struct fleet_report){ .target = octets,
		.result = result,
		.verdict = &verdict,
		.begun = 1,
		.over = 1 });
	report_end(report, &sum, &err);
	fclose(out);
	rest = (struct span){ text, n };
	while (span_line(&rest, &line))
		promise_line(format, line);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span in = fuzz_span(octets, n > 4096 ? 4096 : n);

	for (size_t format = 0; format < sizeof words / sizeof *words; format++)
		for (unsigned failed = 0; failed < 2; failed++) {
			struct target target = {
				.kind = TARGET_HOST, .text = in, .host = in, .port = 25
			};
			struct probe_result r = {
				.target = &target, .host = in, .number = 1, .attempt = 1
			};
			struct reply *reply = ARENA_NEW(&r.arena, struct reply);
			if (reply_parse(in, &r.arena, reply) > 0) {
				struct extensions *e = ARENA_NEW(&r.arena, struct extensions);
				extensions_parse(reply, &r.arena, e);
				r.extensions = r.clear = e;
				r.reply[PHASE_BANNER] = r.reply[PHASE_EHLO] = reply;
			}
			r.ran = 1u << PHASE_CONNECT | 1u << PHASE_BANNER | 1u << PHASE_EHLO;
			r.done = failed ? 1u << PHASE_CONNECT : r.ran;
			r.phase = failed ? PHASE_BANNER : PHASE_EHLO;
			r.err = failed ? ERR_PROTO : ERR_NONE;
			r.text = failed ? in : SPAN_NONE;
			r.rest = failed ? in : SPAN_NONE;
			report_as((enum report_format)format, &r, in);
			arena_release(&r.arena);
		}
	return 0;
}
