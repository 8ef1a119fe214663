/* text - a line for a person: state, place, what is wrong, where the time went. */
#include <stdlib.h>

#include "base/text.h"
#include "ui/report/report.h"
#include "ui/show/flow.h"

/* ---- on a terminal */

/* TAIL: "   10.25 s TLSv1.3 cert 4784.1d"; WIDE: no eye goes further */
enum { BAR = 20, INDENT = 5, TAIL = 31, WIDE = 110 };

/* letter in the bar, word beside it; neighbours differ in ink */
static const struct { char letter; const char *word; enum ink ink; } phases[PHASE_COUNT] = {
	[PHASE_RESOLVE] = { 'd', "dns", INK_DIM }, [PHASE_CONNECT] = { 'c', "conn", INK_SENT },
	[PHASE_BANNER] = { 'b', "banner", INK_WARN }, [PHASE_EHLO] = { 'e', "ehlo", INK_SENT },
	[PHASE_STARTTLS] = { 's', "starttls", INK_PLAIN }, [PHASE_TLS] = { 't', "tls", INK_GOOD },
	[PHASE_EHLO_TLS] = { 'E', "Ehlo", INK_SENT }, [PHASE_AUTH] = { 'a', "auth", INK_WARN },
	[PHASE_MAIL] = { 'm', "mail", INK_PLAIN }, [PHASE_RCPT] = { 'r', "rcpt", INK_GOOD },
	[PHASE_DATA] = { 'D', "Data", INK_SENT }, [PHASE_BODY] = { 'B', "Body", INK_WARN },
	[PHASE_RSET] = { 'R', "Rset", INK_PLAIN }, [PHASE_QUIT] = { 'q', "quit", INK_DIM },
};
static const struct {
	const char *word;
	enum ink ink;
} states[] = {
	[STATE_OK] = { "OK", INK_GOOD },
	[STATE_WARNING] = { "WARN", INK_WARN },
	[STATE_CRITICAL] = { "CRIT", INK_BAD },
	[STATE_UNKNOWN] = { "UNKN", INK_SENT },
};

/* Each phase's share of the time. */
static void
put_bar(struct flow *f, const struct probe_result *r)
{
	uint64_t sum = 0, done = 0;
	size_t shown = 0;

	for (unsigned p = 0; p < PHASE_COUNT; p++)
		sum += r->us[p];
	if (sum == 0)
		return;
	flow_print(f, INK_PLAIN, "[");
	for (unsigned p = 0; p < PHASE_COUNT; p++) {
		char part[BAR + 1];
		size_t n = 0;
		done += r->us[p];
		for (; shown < (done * BAR + sum / 2) / sum; shown++)
			part[n++] = phases[p].letter;
		flow_put(f, phases[p].ink, (struct span){ part, n });
	}
	flow_print(f, INK_PLAIN, "]");
}

/* A name stays with its number. */
static void
put_phases(struct flow *f, const struct probe_result *r)
{
	char text[40];

	for (unsigned p = 0; p < PHASE_COUNT; p++) {
		double ms = (double)r->us[p] / 1e3;
		if (!(r->ran & 1u << p) && !(p == PHASE_RESOLVE && r->us[p] >= 100))
			continue;
		int n = snprintf(
		    text, sizeof text, ms < 9.95 ? " %s %.1f" : " %s %.0f", phases[p].word, ms);
		if (f->column + (unsigned)n > f->width)
			flow_break(f);
		flow_put(f, phases[p].ink, span_of(text));
	}
}

static void
put_tls(struct flow *f, const struct probe_result *r)
{
	double days;

	if (!r->tls)
		return;
	flow_print(f, INK_PLAIN, " %.*s", SPAN_ARG(r->tls->version));
	if (judge_metric(r, METRIC_CERT_DAYS, &days))
		flow_print(f, INK_PLAIN, " cert %.1fd", days);
}

static void
put_worst(struct flow *f, const struct finding *v, struct span message)
{
	flow_print(f, states[v->state].ink, "%s: ", v->worst->label);
	flow_put(f, INK_PLAIN, message);
}

static void
put_place(struct flow *f, const struct fleet_report *report, bool domain)
{
	const struct probe_result *r = report->result;

	flow_put(f, INK_PLAIN, report_place(report));
	if (r->implicit)
		flow_print(f, INK_DIM, " (no MX: its own address)");
	if (!r->mx)
		return;
	flow_print(f, INK_DIM, " (MX %u", r->preference);
	if (domain) {
		flow_print(f, INK_DIM, " of ");
		flow_put(f, INK_DIM, r->domain);
	}
	flow_print(f, INK_DIM, ")");
}

static void
put_took(struct flow *f, const struct probe_result *r, unsigned column)
{
	char took[24];

	if (r->total_us == 0)		/* it was not begun */
		return;
	text_time(took, r->total_us);
	flow_pad(f, column);
	screen_print(f->screen, "%10s", took);
	f->column += 10;
	f->start = column;
}

/* One of many: a line, with what is wrong or where the time went. */
static void
put_short(struct flow *f, const struct fleet_report *report)
{
	const struct finding *v = report->verdict;

	screen_print(f->screen, "%5zu  ", report->result->number);
	f->column += 7;
	put_place(f, report, true);
	put_took(f, report->result, f->width / 2 - 10);
	flow_print(f, INK_PLAIN, "  ");
	f->indent = f->column + 1;
	if (v->worst) {
		put_worst(f, v, report_message(report));
		return;
	}
	put_bar(f, report->result);
	put_tls(f, report->result);
}

/* One of few: what is wrong on a line of its own, and every phase. */
static void
put_long(struct flow *f, const struct fleet_report *report, bool many)
{
	struct probe_result *r = report->result;

	put_place(f, report, many);
	put_took(f, r, (f->width < WIDE ? f->width : WIDE) - TAIL);
	put_tls(f, r);
	if (report->verdict->worst) {
		flow_break(f);
		put_worst(f, report->verdict, report_message(report));
	}
	struct span why = report_why(report);
	if (why.len > 0) {
		flow_break(f);
		flow_print(f, INK_DIM, "%.*s.", SPAN_ARG(why));
	}
	if (!(r->ran & 1u << PHASE_CONNECT))
		return;
	flow_break(f);
	put_bar(f, r);
	f->indent += BAR + 3;
	put_phases(f, r);
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
		flow_print(&f, c->state == STATE_OK ? INK_DIM : states[c->state].ink, "%s %s: ",
		    c->state == STATE_OK ? "note" : judge_state_word(c->state), c->name);
		flow_put(&f, INK_PLAIN, c->message);
		flow_end(&f);
	}
}

static void
report_on_terminal(FILE *out, const struct report_opts *opts, const struct fleet_report *report)
{
	struct screen s = { .out = out,
		.terminal = true,
		.color = opts->color,
		.columns = opts->columns,
		.verbose = opts->verbose };
	enum health state = report->verdict->state;
	struct flow f;

	screen_ink(&s, states[state].ink);
	screen_print(&s, "%-4s", states[state].word);
	screen_ink(&s, INK_PLAIN);
	screen_print(&s, " ");
	f = flow_begin(&s, INDENT, INDENT);
	if (opts->fleet)
		put_short(&f, report);
	else
		put_long(&f, report, opts->many);
	flow_end(&f);
	put_checks(&s, report->verdict);
	screen_release(&s);
}

/* ---- plain lines */

enum { SCREENFUL = 20, BAD_SHOWN = 10 };

struct text {
	FILE *out;
	struct report_opts opts;
	size_t lines, nbad;
	struct arena arena;		/* of `bad` */
	/* the first that are not OK */
	struct { enum health state; struct span text; } bad[BAD_SHOWN];
};

static void *
text_begin(FILE *out, const struct report_opts *opts)
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
keep_bad(struct text *t, const struct fleet_report *report, struct span place)
{
	const struct judge_check *worst = report->verdict->worst;

	if (!t->opts.terminal || !t->opts.fleet || report->verdict->state == STATE_OK ||
	    t->nbad++ >= BAD_SHOWN)
		return;
	t->bad[t->nbad - 1].state = report->verdict->state;
	t->bad[t->nbad - 1].text = arena_printf(&t->arena, " %5zu  %.*s  %s",
	    report->result->number, SPAN_ARG(span_first(place, 200)), worst ? worst->label : "");
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
text_one(void *state, const struct fleet_report *report)
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
	struct span domain = text_safe(&r->arena, r->domain);
	if (r->mx)
		fprintf(t->out, " (MX %u of %.*s)", r->preference, SPAN_ARG(domain));
	else if (r->implicit)
		fprintf(t->out, " (%.*s has no MX: its own address)", SPAN_ARG(domain));
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
	t->lines++;
}

static void
text_end(void *state, const struct fleet_summary *sum)
{
	struct text *t = state;
	char took[24];

	text_time(took, sum->wall_us);
	print_bad(t);
	if (t->opts.fleet || t->opts.many || sum->undone) {
		fprintf(t->out,
		    "%zu target%s, %zu address%s in %s: %zu ok, %zu warning, %zu critical, %zu "
		    "unknown",
		    sum->targets, sum->targets == 1 ? "" : "s", sum->addresses,
		    sum->addresses == 1 ? "" : "es", took, sum->state[STATE_OK],
		    sum->state[STATE_WARNING], sum->state[STATE_CRITICAL],
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

const struct report_kind report_text = { text_begin, text_one, text_end };
