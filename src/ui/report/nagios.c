/*
 * nagios - the output of a Nagios plugin: a status line with performance data and, with -v, a line
 * for each address.
 */
#include "ui/report/report.h"

#include <stdlib.h>

#include "base/text.h"

enum { TEXT_MAX = 300 };

struct nagios {
	FILE *out;
	struct report_opts opts;
	struct arena arena;
	size_t n, passed;
	struct { struct span line, perf, why; } first[4];	/* the first of each state */
	enum health state;		/* the worst of them */
	struct buf more;
};

static void *
nagios_begin(FILE *out, const struct report_opts *opts)
{
	struct nagios *n = memory_zeroed(sizeof *n);

	*n = (struct nagios){ .out = out, .opts = *opts, .more = { .max = 64 << 20 } };
	return n;
}

/* Returns at most TEXT_MAX bytes and "...", cut between characters. */
static struct span
nagios_cut(struct arena *arena, struct span text)
{
	if (text.len <= TEXT_MAX)
		return text;
	return arena_printf(arena, "%.*s...", SPAN_ARG(text_first(text, TEXT_MAX)));
}

/* "|" begins performance data and a line ending ends the line: neither may come from a peer. */
static struct span
nagios_clean(struct arena *arena, struct span most)
{
	char *out = arena_string(arena, most);
	size_t n = most.len;

	for (size_t i = 0; i < n; i++)
		if (out[i] == '|')
			out[i] = '/';
		else if ((unsigned char)out[i] < ' ' || out[i] == 0x7F)
			out[i] = '?';
	return (struct span){ out, n };
}

static struct span
nagios_text(struct arena *arena, struct span text)
{
	return nagios_clean(arena, nagios_cut(arena, text));
}

static struct span
nagios_line(const struct fleet_report *one, struct arena *arena)
{
	struct span place = report_place(one), message = report_message(one);
	const struct judge_check *worst = one->verdict->worst;

	if (!worst)
		return arena_printf(arena, "%.*s (%.3fs)", SPAN_ARG(nagios_text(arena, place)),
		    report_seconds(one->result->total_us));
	return arena_printf(arena, "%.*s %s: %.*s (%.3fs)", SPAN_ARG(nagios_text(arena, place)),
	    worst->label, SPAN_ARG(nagios_text(arena, message)),
	    report_seconds(one->result->total_us));
}

/*
 * "SMTP OK - 0.094 sec. response time", with the problem before the time: existing setups parse it.
 */
static struct span
nagios_plugin_line(const struct fleet_report *one, struct arena *arena)
{
	struct span message = report_message(one);
	const struct judge_check *worst = one->verdict->worst;

	return arena_printf(arena, "%s%s%.*s%s%.3f sec. response time", worst ? worst->label : "",
	    worst ? ": " : "", SPAN_ARG(nagios_text(arena, message)), worst ? ", " : "",
	    report_seconds(one->result->total_us));
}

/* NULL or empty: absent */
struct nagios_datum {
	const char *label, *value, *unit;
	struct span warn, crit;
	const char *min, *max;
};

/* Appends label=value[unit];warn;crit;min;max, without empty fields at the end. */
static void
nagios_put_datum(struct buf *b, const struct nagios_datum *d)
{
	buf_printf(b, "%s%s=%s%s", buf_span(b).len ? " " : "", d->label, d->value,
	    d->unit ? d->unit : "");
	if (d->warn.len || d->crit.len || d->min)
		buf_printf(b, ";%.*s", SPAN_ARG(d->warn));
	if (d->crit.len || d->min)
		buf_printf(b, ";%.*s", SPAN_ARG(d->crit));
	if (d->min)
		buf_printf(b, ";%s", d->min);
	if (d->max)
		buf_printf(b, ";%s", d->max);
}

static void
nagios_seconds(struct nagios *n, struct buf *b, const struct probe_result *r, unsigned metric)
{
	const struct judge_opts *j = n->opts.judge;
	bool total = metric == METRIC_TOTAL,
	     failed = !total && r->err != ERR_NONE && r->phase == metric;
	char value[40], most[40] = "";

	snprintf(value, sizeof value, "%.6f", report_seconds(total ? r->total_us : r->us[metric]));
	if (total && n->opts.total_ms)
		snprintf(most, sizeof most, "%g", (double)n->opts.total_ms / 1e3);
	nagios_put_datum(b,
	    &(struct nagios_datum){ .label = total ? "time" : metric_word(metric),
		.value = failed ? "U" : value,
		.unit = failed ? NULL : "s",
		.warn = j->warn[metric].text,
		.crit = j->crit[metric].text,
		.min = !total ? NULL : n->opts.plugin ? "0.000000" : "0",
		.max = most[0] ? most : NULL });
}

static struct span
nagios_perf(struct nagios *n, const struct fleet_report *one)
{
	const struct probe_result *r = one->result;
	struct buf b = { .max = 4096 };
	char value[40];
	double v;

	nagios_seconds(n, &b, r, METRIC_TOTAL);
	for (unsigned p = 0; p < PHASE_COUNT; p++)
		if (p == PHASE_RESOLVE || (r->ran & 1u << p))
			nagios_seconds(n, &b, r, p);
	for (const struct judge_check *c = one->verdict->checks; c; c = c->next)
		if (c->has_value && strcmp(c->name, "cert_days") == 0) {
			snprintf(value, sizeof value, "%.2f", c->value);
			nagios_put_datum(&b,
			    &(struct nagios_datum){ .label = "cert_days",
				.value = value,
				.warn = c->warn,
				.crit = c->crit });
		}
	for (unsigned m = METRIC_SIZE_LIMIT; m < METRIC_COUNT; m++)
		if (judge_metric(r, m, &v)) {
			snprintf(value, sizeof value, "%.0f", v);
			nagios_put_datum(&b,
			    &(struct nagios_datum){ .label = metric_word(m),
				.value = value,
				.unit = m == METRIC_SIZE_LIMIT ? "B" : NULL,
				.warn = n->opts.judge->warn[m].text,
				.crit = n->opts.judge->crit[m].text });
		}
	struct span perf = arena_copy(&n->arena, buf_span(&b));
	buf_release(&b);
	return perf;
}

static void
nagios_one(void *state, const struct fleet_report *report)
{
	struct nagios *n = state;
	enum health now = report->verdict->state;

	n->n++;
	n->passed += report_passed(report);
	if (n->opts.verbose > 0)
		buf_printf(&n->more, "%s %.*s\n", judge_state_word(now),
		    SPAN_ARG(nagios_line(report, &report->result->arena)));
	if (n->first[now].line.at || (report->verdict->skipped && n->n > 1))
		return;
	n->state = judge_worse(now, n->state);
	n->first[now].line = n->opts.plugin ? nagios_plugin_line(report, &n->arena) :
					      nagios_line(report, &n->arena);
	n->first[now].perf = nagios_perf(n, report);
	n->first[now].why = arena_copy(&n->arena, nagios_clean(&n->arena, report_why(report)));
}

static void
nagios_end(void *state, const struct fleet_summary *sum)
{
	struct nagios *n = state;
	struct span more = buf_span(&n->more);
	enum health shown = n->first[sum->worst].line.at ? sum->worst : n->state;
	char lacks[SHORTFALL_SIZE] = "";
	bool short_of = report_shortfall(sum, lacks), reason = short_of && shown != sum->worst;

	fprintf(n->out, "SMTP %s - %s%s%.*s", judge_state_word(sum->worst), reason ? lacks : "",
	    reason && n->n > 0 ? "; " : "", SPAN_ARG(n->first[shown].line));
	if (n->n > 1)
		fprintf(n->out, " and %zu more", n->n - 1);
	if (short_of && !reason)
		fprintf(n->out, "%s%s", n->n > 0 ? "; " : "", lacks);
	if (n->n > 0)
		fprintf(
		    n->out, "%s%.*s", n->opts.plugin ? "|" : " | ", SPAN_ARG(n->first[shown].perf));
	if (n->n > 1)
		fprintf(n->out, " targets_ok=%zu;;;0;%zu", n->passed, n->n);
	fprintf(n->out, "\n");
	if (n->n > 0 && n->first[shown].why.len > 0)
		fprintf(n->out, "%.*s.\n", SPAN_ARG(n->first[shown].why));
	fprintf(n->out, "%.*s", SPAN_ARG(more));
	buf_release(&n->more);
	arena_release(&n->arena);
	free(n);
}

const struct report_kind report_nagios = { nagios_begin, nagios_one, nagios_end };
