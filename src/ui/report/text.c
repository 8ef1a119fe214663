/* text - a line per address for people: state, place, what is wrong, where the time went. */
#include <stdlib.h>

#include "base/text.h"
#include "run/diagnosis/diagnose.h"
#include "ui/report/bar.h"
#include "ui/report/board.h"
#include "ui/report/report.h"
#include "ui/show/flow.h"

/* ---- on a terminal */

enum { BAR = 20, INDENT = 5 };

/* Separates columns, except at the end of a line. */
static void
put_gap(struct flow *f)
{
	if (f->column + 2 < f->width)
		flow_pad(f, f->column + 2);
}

static void
put_tls(struct flow *f, const struct probe_result *r)
{
	double days;

	if (!r->tls)
		return;
	put_gap(f);
	flow_print(f, INK_PLAIN, "%.*s", SPAN_ARG(r->tls->version));
	if (!judge_metric(r, METRIC_CERT_DAYS, &days))
		return;
	put_gap(f);
	if (days < 0)
		flow_print(f, INK_PLAIN, "cert expired");
	else
		flow_print(f, INK_PLAIN, "cert %d day%s", (int)days, (int)days == 1 ? "" : "s");
}

static void
put_place(struct flow *f, const struct fleet_report *report)
{
	const struct probe_result *r = report->result;

	flow_put(f, INK_PLAIN, report_place(report));
	if (r->implicit)
		flow_print(f, INK_DIM, " (no MX; its own address)");
	if (!r->mx)
		return;
	flow_print(f, INK_DIM, " (MX %u of ", r->preference);
	flow_put(f, INK_DIM, r->domain);
	flow_print(f, INK_DIM, ")");
}

/*
 * Writes one address: a line with what is wrong, and one with what to do. With -v also the cause,
 * and the duration of each phase.
 */
static void
put_one(struct flow *f, const struct fleet_report *report, int verbose)
{
	struct probe_result *r = report->result;
	const struct finding *v = report->verdict;
	char took[24], bar[BAR + 1];

	put_place(f, report);
	if (r->total_us > 0) {		/* the probe was begun */
		text_time(took, r->total_us);
		put_gap(f);
		flow_put(f, INK_PLAIN, span_of(took));
	}
	put_tls(f, r);
	if (v->worst) {
		put_gap(f);
		flow_print(f, board_states[v->state].ink, "%s: ", v->worst->label);
		flow_put(f, INK_PLAIN, report_message(report));
	}
	bar_make(r, BAR, bar);
	if (verbose <= 0) {
		if (!v->worst) {
			put_gap(f);
			bar_put(f, bar);
		}
		if (!v->diagnosis)
			return;
		flow_break(f);
		flow_print(f, INK_BOLD, "Next: ");
		flow_put(f, INK_PLAIN,
		    arena_printf(&r->arena, "%.*s.",
			SPAN_ARG(diagnosis_next(v->diagnosis, FOR_ANYONE, &r->arena))));
		return;
	}
	struct span why = report_why(report);
	if (why.len > 0) {
		flow_break(f);
		flow_print(f, INK_DIM, "%.*s.", SPAN_ARG(why));
	}
	if (!(r->ran & 1u << PHASE_CONNECT))
		return;
	flow_break(f);
	bar_put(f, bar);
	f->indent += BAR + 3;
	bar_put_phases(f, r);
}

static void
put_checks(struct screen *s, const struct finding *v)
{
	for (const struct judge_check *c = v->checks; c; c = c->next) {
		struct flow f;
		if (c->message.len == 0 || c == v->worst ||
		    (s->verbose <= 0 && !c->told && c->state == STATE_OK))
			continue;
		screen_print(s, "%*s", INDENT, "");
		f = flow_begin(s, INDENT, INDENT);
		flow_print(&f, c->state == STATE_OK ? INK_DIM : board_states[c->state].ink,
		    "%s %s: ",
		    c->state == STATE_OK ? "note" : judge_state_word(c->state), c->name);
		flow_put(&f, INK_PLAIN, c->message);
		flow_end(&f);
	}
}

static void
report_on_terminal(FILE *out, const struct report_opts *opts, const struct fleet_report *report)
{
	struct screen s = screen_like(opts->like, out, opts->columns);
	enum health state = report->verdict->state;
	struct flow f;

	screen_ink(&s, board_states[state].ink);
	screen_print(&s, "%-4s", board_states[state].word);
	screen_ink(&s, INK_PLAIN);
	screen_print(&s, " ");
	f = flow_begin(&s, INDENT, INDENT);
	put_one(&f, report, opts->verbose);
	flow_end(&f);
	put_checks(&s, report->verdict);
	screen_release(&s);
}

/* ---- plain lines */

enum { TABLE_FRAME = 6 };		/* lines around the rows of a table */

struct text {
	FILE *out;
	struct report_opts opts;
	struct board *board;		/* NULL: a line for each address, when it completes */
};

static void *
text_begin(FILE *out, const struct report_opts *opts)
{
	struct text *t = memory_zeroed(sizeof *t);

	*t = (struct text){ .out = out, .opts = *opts };
	if (opts->table) {
		t->board = memory_zeroed(sizeof *t->board);
		t->board->rows_most = opts->lines > 2 * TABLE_FRAME ? opts->lines - TABLE_FRAME :
								      TABLE_FRAME;
	}
	return t;
}

static void
print_state(const struct text *t, enum health state)
{
	const char *word = board_states[state].word;
	static const char *const inks[] = { "32", "33", "31", "35" };

	if (t->opts.color)
		fprintf(t->out, "\033[%sm%-4s\033[0m", inks[state], word);
	else
		fprintf(t->out, "%-4s", word);
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
		fprintf(t->out, ms < 9.95 ? "%s%s %.1f" : "%s%s %.0f", sep,
		    words[p] ? words[p] : phase_word((enum probe_phase)p), ms);
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
		if (c->message.len > 0 && (c != v->worst) &&
		    (t->opts.verbose > 0 || c->told || c->state != STATE_OK))
			fprintf(t->out, "     %s %s: %.*s\n",
			    c->state == STATE_OK ? "note" : judge_state_word(c->state), c->name,
			    SPAN_ARG(c->message));
}

static void
text_one(void *state, const struct fleet_report *report)
{
	struct text *t = state;
	struct probe_result *r = report->result;
	struct span place = report_place(report), message = report_message(report);
	char took[24];

	if (t->board) {
		board_add(t->board, report);
		return;
	}
	if (t->opts.verbose < 0 && report->verdict->state == STATE_OK)
		return;
	if (t->opts.terminal) {
		report_on_terminal(t->out, &t->opts, report);
		return;
	}
	print_state(t, report->verdict->state);
	if (t->opts.fleet)
		fprintf(t->out, " %zu", r->number);
	fprintf(t->out, " %.*s", SPAN_ARG(place));
	struct span domain = text_safe(&r->arena, r->domain);
	if (r->mx)
		fprintf(t->out, " (MX %u of %.*s)", r->preference, SPAN_ARG(domain));
	else if (r->implicit)
		fprintf(t->out, " (%.*s has no MX; its own address)", SPAN_ARG(domain));
	if (report->verdict->worst)
		fprintf(t->out, "  %s: %.*s", report->verdict->worst->label, SPAN_ARG(message));
	text_time(took, r->total_us);
	fprintf(t->out, "  %s", took);
	if (r->ran & 1u << PHASE_CONNECT)
		print_phases(t, r);
	print_tls(t, r);
	fputc('\n', t->out);
	struct span why = report_why(report);
	if (why.len > 0 && (!t->opts.fleet || t->opts.verbose > 0))
		fprintf(t->out, "     %.*s.\n", SPAN_ARG(why));
	print_checks(t, report->verdict);
}

/* Prints what was not probed. */
static void
print_shortfall(const struct text *t, const struct fleet_summary *sum)
{
	if (sum->skipped)
		fprintf(t->out, ", %zu addresses skipped", sum->skipped);
	if (sum->undone)
		fprintf(t->out, ", %zu not probed", sum->undone);
	if (sum->unread)
		fprintf(t->out, ", rest of the list not read");
	if (sum->bad)
		fprintf(t->out, ", %zu bad line%s", sum->bad, sum->bad == 1 ? "" : "s");
}

static void
print_counts(const struct text *t, struct screen *s, const struct fleet_summary *sum)
{
	char took[24];

	text_time(took, sum->wall_us);
	board_draw_counts(s, sum);
	fprintf(t->out, "in %s", took);
	print_shortfall(t, sum);
	fputc('\n', t->out);
}

/* The counts are above the table, or below it if it is taller than the screen. */
static void
print_table(const struct text *t, const struct fleet_summary *sum)
{
	struct board *b = t->board;
	struct screen s = screen_like(t->opts.like, t->out, t->opts.columns);
	bool tall = b->n > b->rows_most;

	if (!tall)
		print_counts(t, &s, sum);
	if (b->n + b->nleft_out > 0)
		board_draw(b, &s,
		    &(struct board_look){
			.columns = t->opts.columns,
			.only_bad = t->opts.verbose < 0,
			.utf8 = board_utf8(),
			.line_end = "\n",
		    });
	if (tall)
		print_counts(t, &s, sum);
	board_release(b);
	free(b);
}

static void
text_end(void *state, const struct fleet_summary *sum)
{
	struct text *t = state;
	char took[24];

	if (t->board) {
		print_table(t, sum);
	} else if (t->opts.fleet || t->opts.many || sum->undone) {
		text_time(took, sum->wall_us);
		fprintf(t->out,
		    "%zu target%s, %zu address%s in %s: %zu ok, %zu warning, %zu critical, %zu "
		    "unknown",
		    sum->targets, sum->targets == 1 ? "" : "s", sum->addresses,
		    sum->addresses == 1 ? "" : "es", took, sum->state[STATE_OK],
		    sum->state[STATE_WARNING], sum->state[STATE_CRITICAL],
		    sum->state[STATE_UNKNOWN]);
		print_shortfall(t, sum);
		fputc('\n', t->out);
	}
	free(t);
}

const struct report_kind report_text = { text_begin, text_one, text_end };
