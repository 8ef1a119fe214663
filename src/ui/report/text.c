/* report - a line for a person: state, place, what is wrong, where the time went. */
#include "ui/report/report.h"

#include <stdlib.h>

#include "base/text.h"
#include "ui/report/terminal.h"

enum { SCREENFUL = 20, BAD_SHOWN = 10 };

struct text {
	FILE *out;
	struct report_opts opts;
	size_t lines, nbad;
	struct arena arena;		/* of `bad` */
	struct { enum health state; struct span text; } bad[BAD_SHOWN];	/* the first that are not OK */
};

static void *
begin(FILE *out, const struct report_opts *opts)
{
	struct text *t = memory_zeroed(sizeof *t);

	*t = (struct text){ .out = out, .opts = *opts };
	return t;
}

static void
print_state(const struct text *t, enum health state)
{
	static const char *const words[] = { "OK  ", "WARN", "CRIT", "UNKN" };
	static const char *const inks[] = { "32", "33", "31", "35" };

	if (t->opts.color)
		fprintf(t->out, "\033[%sm%s\033[0m", inks[state], words[state]);
	else
		fputs(words[state], t->out);
}

static void
print_phases(const struct text *t, const struct probe_result *r)
{
	static const char *const words[PHASE_COUNT] = {
		[PHASE_RESOLVE] = "dns", [PHASE_CONNECT] = "conn", [PHASE_EHLO_TLS] = "ehlo",
	};
	const char *sep = "";

	fputs("  (", t->out);
	for (unsigned p = 0; p < PHASE_COUNT; p++) {
		if (!(r->ran & 1u << p) && !(p == PHASE_RESOLVE && r->us[p] >= 100))
			continue;
		double ms = (double)r->us[p] / 1e3;
		fprintf(t->out, ms < 9.95 ? "%s%s %.1f" : "%s%s %.0f", sep, words[p] ? words[p] : phase_word((enum probe_phase)p), ms);
		sep = " ";
	}
	fputs(")", t->out);
}

static void
print_tls(const struct text *t, struct probe_result *r)
{
	double days;

	if (!r->tls)
		return;
	struct span version = text_safe(&r->arena, r->tls->version);
	fprintf(t->out, "  %.*s", SPAN_ARG(version));
	if (judge_metric(r, METRIC_CERT_DAYS, &days))
		fprintf(t->out, " cert %.1fd", days);
}

static void
print_checks(const struct text *t, const struct finding *v)
{
	for (const struct judge_check *c = v->checks; c; c = c->next)
		if (c->message.len > 0 && (c != v->worst) && (t->opts.verbose > 0 || c->state != STATE_OK))
			fprintf(t->out, "     %s %s: %.*s\n", c->state == STATE_OK ? "note" : judge_state_word(c->state), c->name,
			    SPAN_ARG(c->message));
}

static void
keep_bad(struct text *t, const struct fleet_report *report, struct span place)
{
	const struct judge_check *worst = report->verdict->worst;

	if (!t->opts.terminal || !t->opts.fleet || report->verdict->state == STATE_OK || t->nbad++ >= BAD_SHOWN)
		return;
	t->bad[t->nbad - 1].state = report->verdict->state;
	t->bad[t->nbad - 1].text = arena_printf(&t->arena, " %5zu  %.*s  %s", report->result->number, SPAN_ARG(span_first(place, 200)),
	    worst ? worst->label : "");
}

/* What was not OK has left a screen of so many lines. */
static void
print_bad(const struct text *t)
{
	if (t->lines <= SCREENFUL || t->nbad == 0)
		return;
	fputs("not OK:\n", t->out);
	for (size_t i = 0; i < t->nbad && i < BAD_SHOWN; i++) {
		print_state(t, t->bad[i].state);
		fprintf(t->out, "%.*s\n", SPAN_ARG(t->bad[i].text));
	}
	if (t->nbad > BAD_SHOWN)
		fprintf(t->out, "and %zu more; -q shows these alone\n", t->nbad - BAD_SHOWN);
}

static void
one(void *state, const struct fleet_report *report)
{
	struct text *t = state;
	struct probe_result *r = report->result;
	struct span place = report_place(report), message = report_message(report);
	char took[24];

	keep_bad(t, report, place);
	if (t->opts.verbose < 0 && report->verdict->state == STATE_OK)
		return;
	if (t->opts.terminal) {
		report_on_terminal(t->out, &t->opts, report);
		t->lines++;
		return;
	}
	print_state(t, report->verdict->state);
	if (t->opts.fleet)
		fprintf(t->out, " %zu", r->number);
	fprintf(t->out, " %.*s", SPAN_ARG(place));
	if (r->domain.len > 0) {
		struct span domain = text_safe(&r->arena, r->domain);
		fprintf(t->out, " (MX %u of %.*s)", r->preference, SPAN_ARG(domain));
	}
	if (report->verdict->worst)
		fprintf(t->out, "  %s: %.*s", report->verdict->worst->label, SPAN_ARG(message));
	text_time(took, r->total_us);
	fprintf(t->out, "  %s", took);
	if (r->ran & 1u << PHASE_CONNECT)
		print_phases(t, r);
	print_tls(t, r);
	fputc('\n', t->out);
	print_checks(t, report->verdict);
	t->lines++;
}

static void
end(void *state, const struct fleet_summary *sum)
{
	struct text *t = state;
	char took[24];

	text_time(took, sum->wall_us);
	print_bad(t);
	if (t->opts.fleet || t->opts.many || sum->undone) {
		fprintf(t->out, "%zu target%s, %zu address%s in %s: %zu ok, %zu warning, %zu critical, %zu unknown", sum->targets,
		    sum->targets == 1 ? "" : "s", sum->addresses, sum->addresses == 1 ? "" : "es", took, sum->state[STATE_OK], sum->state[STATE_WARNING], sum->state[STATE_CRITICAL],
		    sum->state[STATE_UNKNOWN]);
		if (sum->skipped)
			fprintf(t->out, ", %zu addresses skipped", sum->skipped);
		if (sum->undone)
			fprintf(t->out, ", %zu not done", sum->undone);
		if (sum->unread)
			fprintf(t->out, ", the rest of the list not read");
		if (sum->bad)
			fprintf(t->out, ", %zu bad line%s", sum->bad, sum->bad == 1 ? "" : "s");
		fputc('\n', t->out);
	}
	arena_release(&t->arena);
	free(t);
}

const struct report_kind report_text = { "text", begin, one, end };
