/* report - an address on a terminal: columns that stand below each other, and the time as a bar of its phases. */
#include "ui/report/terminal.h"

#include "base/text.h"
#include "ui/show/flow.h"

enum { BAR = 20, INDENT = 5, TAIL = 31, WIDE = 110 };	/* TAIL: "   10.25 s TLSv1.3 cert 4784.1d"; WIDE: no eye goes further */

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
static const struct { const char *word; enum ink ink; } states[] = {
	[STATE_OK] = { "OK", INK_GOOD }, [STATE_WARNING] = { "WARN", INK_WARN }, [STATE_CRITICAL] = { "CRIT", INK_BAD },
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
		int n = snprintf(text, sizeof text, ms < 9.95 ? " %s %.1f" : " %s %.0f", phases[p].word, ms);
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
	if (r->domain.len == 0)
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
		if (c->message.len == 0 || c == v->worst || (s->verbose <= 0 && c->state == STATE_OK))
			continue;
		screen_print(s, "%*s", INDENT, "");
		f = flow_begin(s, INDENT, INDENT);
		flow_print(&f, c->state == STATE_OK ? INK_DIM : states[c->state].ink, "%s %s: ",
		    c->state == STATE_OK ? "note" : judge_state_word(c->state), c->name);
		flow_put(&f, INK_PLAIN, c->message);
		flow_end(&f);
	}
}

void
report_on_terminal(FILE *out, const struct report_opts *opts, const struct fleet_report *report)
{
	struct screen s = { .out = out, .terminal = true, .color = opts->color, .columns = opts->columns, .verbose = opts->verbose };
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
