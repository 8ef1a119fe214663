/*
 * markdown - a table for a ticket: worst first, and what to do below. What a peer sent is code and
 * cannot be markup.
 */
#include <stdlib.h>

#include "base/text.h"
#include "ui/report/board.h"
#include "ui/report/markup.h"
#include "ui/report/report.h"

struct markdown {
	FILE *out;
	struct board board;
};

static void *
markdown_begin(FILE *out, const struct report_opts *opts)
{
	struct markdown *m = memory_zeroed(sizeof *m);

	(void)opts;
	m->out = out;
	return m;
}

static void
markdown_one(void *state, const struct fleet_report *one)
{
	board_add(&((struct markdown *)state)->board, one);
}

static void
markdown_row(FILE *out, const struct board_row *row)
{
	char took[24] = "";

	if (row->us > 0)
		text_time(took, row->us);
	fprintf(out, "| %s | ", judge_state_word(row->state));
	markup_put_code(out, span_of(row->place));
	fprintf(out, " | %s | %s%s | ", took, row->tls,
	    row->tls[0] && !row->verified ? ", not verified" : "");
	if (row->days != BOARD_NO_DAYS && row->days < 0)
		fputs("expired", out);
	else if (row->days != BOARD_NO_DAYS)
		fprintf(out, "%d day%s", row->days, row->days == 1 ? "" : "s");
	fputs(" | ", out);
	markup_put_code(out, row->text);
	if (row->more)
		fprintf(out, " and %u more", row->more);
	fputs(" |\n", out);
}

static void
markdown_end(void *state, const struct fleet_summary *sum)
{
	struct markdown *m = state;
	struct board *b = &m->board;
	bool any = false;
	char count[BOARD_COUNT], took[24], lacks[SHORTFALL_SIZE] = "";

	text_time(took, sum->wall_us);
	fprintf(m->out,
	    "## Probe of %zu target%s\n\n%zu ok, %zu warning, %zu critical, %zu unknown, in "
	    "%s%s%s.\n",
	    sum->targets, sum->targets == 1 ? "" : "s", sum->state[STATE_OK],
	    sum->state[STATE_WARNING], sum->state[STATE_CRITICAL], sum->state[STATE_UNKNOWN], took,
	    report_shortfall(sum, lacks) ? "; " : "", lacks);
	board_sort(b);
	if (b->n > 0)
		fputs("\n| State | Target | Time | TLS | Certificate | Reason |\n"
		      "|---|---|---:|---|---:|---|\n",
		    m->out);
	for (size_t i = 0; i < b->n; i++)
		markdown_row(m->out, b->row[i]);
	for (size_t i = 0; i < b->n; i++) {
		struct board_reason *r = b->row[i]->reason;
		if (!r || r->note || r->advice.len == 0)
			continue;
		r->note = 1;
		if (!any)
			fputs("\n### What to do\n\n", m->out);
		any = true;
		board_count(r, count);
		fprintf(m->out, "- %s, ", count);
		markup_put_code(m->out, r->text);
		fputs(": ", m->out);
		markup_put_code(m->out, r->advice);
		fputs("\n", m->out);
	}
	board_release(b);
	free(m);
}

const struct report_kind report_markdown = { markdown_begin, markdown_one, markdown_end };
