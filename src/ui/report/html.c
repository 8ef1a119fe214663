/*
 * html - one self-contained page: a row for each address of a probe, or for each case that was
 * played. The verdict is above the rows, so these are written to memory first.
 */
#include <stdlib.h>

#include "base/text.h"
#include "ui/report/page.h"
#include "ui/report/replay.h"
#include "ui/report/report.h"

struct html {
	FILE *out;
	FILE *rows;
	char *text; /* the rows */
	size_t size;
	size_t n;
};

static struct html *
html_new(FILE *out)
{
	struct html *h = memory_zeroed(sizeof *h);

	h->out = out;
	h->rows = memory_file(&h->text, &h->size);
	return h;
}

static void
html_write(struct html *h, const char *title, enum page_mood mood, const char *verdict)
{
	fclose(h->rows);
	page_begin(h->out, span_of(title), mood, span_of(verdict));
	fputs("<div class=\"scroll\"><table><tbody>\n", h->out);
	fwrite(h->text, 1, h->size, h->out);
	fputs("</tbody></table></div>\n", h->out);
	page_end(h->out);
	free(h->text);
	free(h);
}

/* ---- for a probe */

static void *
html_begin(FILE *out, const struct report_opts *opts)
{
	(void)opts;
	return html_new(out);
}

/* Writes all checks, folded. */
static void
html_checks(FILE *out, const struct finding *v)
{
	fputs("<details><summary>checks</summary><ul>\n", out);
	for (const struct judge_check *c = v->checks; c; c = c->next) {
		fputs("<li>", out);
		page_word(out, page_mood_of(c->state), span_of(c->name));
		fputs(" ", out);
		page_put(out, c->message);
		fputs("</li>\n", out);
	}
	fputs("</ul></details>", out);
}

static void
html_one(void *state, const struct fleet_report *one)
{
	struct html *h = state;

	h->n++;
	fputs("<tr><td>", h->rows);
	page_word(h->rows, page_mood_of(one->verdict->state), span_of(report_state(one)));
	fputs("</td><td>", h->rows);
	page_put(h->rows, report_place(one));
	fputs("</td><td>", h->rows);
	page_put(h->rows, report_message(one));
	if (report_why(one).len > 0) {
		fputs("<p class=\"dim\">", h->rows);
		page_put(h->rows, report_why(one));
		fputs(".</p>", h->rows);
	}
	html_checks(h->rows, one->verdict);
	fputs("</td><td>", h->rows);
	page_bar(h->rows, one->result, 0);
	fputs("</td></tr>\n", h->rows);
}

static void
html_end(void *state, const struct fleet_summary *sum)
{
	char verdict[SHORTFALL_SIZE + 160], lacks[SHORTFALL_SIZE] = "";

	snprintf(verdict, sizeof verdict,
	    "%zu target%s: %zu ok, %zu warning, %zu critical, %zu unknown%s%s", sum->targets,
	    sum->targets == 1 ? "" : "s", sum->state[STATE_OK], sum->state[STATE_WARNING],
	    sum->state[STATE_CRITICAL], sum->state[STATE_UNKNOWN],
	    report_shortfall(sum, lacks) ? "; " : "", lacks);
	html_write(state, "smtpsh probe", page_mood_of(sum->worst), verdict);
}

const struct report_kind report_html = { html_begin, html_one, html_end };

/* ---- for scripts */

static void
html_replay_begin(struct replay *r)
{
	r->writer = html_new(r->out);
}

static void
html_replay_one(struct replay *r, const struct replay_case *c)
{
	static const enum page_mood moods[] = {
		[PLAY_PASSED] = PAGE_GOOD, [PLAY_FAILED] = PAGE_BAD, [PLAY_SKIPPED] = PAGE_UNKNOWN
	};
	struct html *h = r->writer;
	const struct play_result *result = c->result;
	struct arena *arena = &r->screen.arena;
	char took[24];

	text_time(took, result->took_us);
	fputs("<tr><td>", h->rows);
	page_word(h->rows, moods[result->verdict], span_of(play_verdict_word(result->verdict)));
	fputs("</td><td>", h->rows);
	page_text(h->rows, c->file->name);
	fputs("</td><td>", h->rows);
	page_put(h->rows, replay_name(c));
	if (result->verdict == PLAY_SKIPPED) {
		fputs("<br>", h->rows);
		page_put(h->rows, result->why_skipped);
	}
	for (const struct play_failure *f = result->failure; f; f = f->next) {
		struct span want = f->want, line;
		fputs("<br>", h->rows);
		page_put(h->rows,
		    arena_printf(arena, "%s:%u: %s", f->place.file ? f->place.file : "",
			f->place.line, f->why));
		fputs("<pre>", h->rows);
		while (span_line(&want, &line)) {
			fputs("- ", h->rows);
			page_put(h->rows, line);
			fputs("\n", h->rows);
		}
		for (size_t i = 0; f->reply && i < f->reply->nlines; i++) {
			fputs("+ ", h->rows);
			page_put(h->rows, replay_line(arena, f->reply, i));
			fputs("\n", h->rows);
		}
		fputs("</pre>", h->rows);
	}
	fprintf(h->rows, "</td><td>%s</td></tr>\n", took);
	arena_reset(arena);
}

static void
html_replay_end(struct replay *r)
{
	struct html *h = r->writer;
	char verdict[120];

	snprintf(verdict, sizeof verdict, "%zu passed, %zu failed, %zu skipped", r->passed,
	    r->failed, r->skipped);
	html_write(h, "smtpsh replay", r->failed || r->status ? PAGE_BAD : PAGE_GOOD, verdict);
	r->writer = NULL;
}

const struct replay_report replay_html = {
	.begin = html_replay_begin,
	.one = html_replay_one,
	.end = html_replay_end,
};
