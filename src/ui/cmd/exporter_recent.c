/* exporter_recent - the last probes, each a row of the page. */
#include "ui/cmd/exporter_recent.h"

#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "base/utc.h"
#include "run/probe/judge.h"
#include "ui/report/page.h"
#include "ui/report/report.h"
#include "ui/show/screen.h"

enum { TALK_MAX = 16 << 10, PARTS_MAX = 32 << 10, TARGET_MAX = 300 };

/* A file in memory. */
struct sheet { FILE *file; char *text; size_t len; };

struct past {
	char target[TARGET_MAX + 1];
	const char *module;
	time_t at;
	bool any;
	enum health worst;
	struct arena arena;
	struct span message, bar;	/* of the worst of its addresses */
	struct sheet parts, talk;	/* the addresses, as HTML; the dialogue, as text */
	struct screen screen;
	bool parts_are_cut;
};

struct recent {
	unsigned most, n, first;	/* the oldest is at `first` */
	struct { char *text; size_t len; } *row;
};

static void
sheet_begin(struct sheet *s)
{
	s->file = memory_file(&s->text, &s->len);
}

static struct span
sheet_text(struct sheet *s)
{
	fflush(s->file);
	return (struct span){ s->text, s->len };
}

static void
sheet_release(struct sheet *s)
{
	fclose(s->file);
	free(s->text);
}

/* ---- one probe */

struct past *
past_new(const char *target, const char *module)
{
	static const struct look plain = { .color = WHEN_NEVER, .no_explain = 1 };
	struct past *p = memory_zeroed(sizeof *p);

	snprintf(p->target, sizeof p->target, "%s", target);
	p->module = module;
	p->at = time(NULL);
	sheet_begin(&p->parts);
	sheet_begin(&p->talk);
	screen_init(&p->screen, p->talk.file, &plain);
	p->screen.onlooker = true;
	return p;
}

void
past_free(struct past *p)
{
	if (!p)
		return;
	screen_release(&p->screen);
	sheet_release(&p->parts);
	sheet_release(&p->talk);
	arena_release(&p->arena);
	free(p);
}

void
past_event(struct past *p, const struct event *e)
{
	if (ftell(p->talk.file) < TALK_MAX)
		show_event(&p->screen, e);
}

static void
past_put_phases(FILE *out, const struct probe_result *r)
{
	fputs("<div class=\"scroll\"><table><thead>"
	      "<tr><th>phase</th><th>time</th><th>reply</th></tr></thead><tbody>\n",
	    out);
	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		bool failed = r->err != ERR_NONE && r->phase == i;
		const struct reply *reply = r->reply[i];
		char took[24];
		if (!(r->ran & 1u << i))
			continue;
		text_time(took, r->us[i]);
		fputs("<tr><td>", out);
		page_word(out, failed ? PAGE_BAD : PAGE_PLAIN,
		    span_of(phase_word((enum probe_phase)i)));
		fprintf(out, "</td><td>%s</td><td>", took);
		if (reply && reply->nlines > 0) {
			fprintf(out, "%u ", reply->code);
			page_put(out, span_first(reply->line[0], 200));
			fputs(reply->nlines > 1 ? " ..." : "", out);
		}
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void
past_put_findings(FILE *out, const struct finding *v)
{
	bool any = false;

	for (const struct judge_check *c = v->checks; c; c = c->next) {
		if (c->state == STATE_OK && !c->told)
			continue;
		fputs(any ? "" : "<ul>\n", out);
		any = true;
		fputs("<li>", out);
		page_word(out, page_mood_of(c->state), span_of(c->label));
		fputs(" ", out);
		page_put(out, c->message);
		fputs("</li>\n", out);
	}
	fputs(any ? "</ul>\n" : "", out);
}

/* CRITICAL outranks WARNING, then UNKNOWN, then OK, as for the state of a target. */
static unsigned
past_weight(enum health state)
{
	static const unsigned weights[] = {
		[STATE_OK] = 0, [STATE_UNKNOWN] = 1, [STATE_WARNING] = 2, [STATE_CRITICAL] = 3
	};

	return weights[state];
}

void
past_one(struct past *p, const struct fleet_report *one)
{
	FILE *out = p->parts.file;

	if (!p->any || past_weight(one->verdict->state) > past_weight(p->worst)) {
		struct sheet bar;
		sheet_begin(&bar);
		page_bar(bar.file, one->result, 0);
		p->bar = arena_copy(&p->arena, sheet_text(&bar));
		p->message = arena_copy(&p->arena, report_message(one));
		p->worst = one->verdict->state;
		sheet_release(&bar);
	}
	p->any = true;
	if (p->parts_are_cut)
		return;
	p->parts_are_cut = ftell(out) >= PARTS_MAX;
	if (p->parts_are_cut) {
		fputs("<p class=\"dim\">Further addresses are not kept.</p>\n", out);
		return;
	}
	fputs("<h3>", out);
	page_word(out, page_mood_of(one->verdict->state), span_of(report_state(one)));
	fputs(" ", out);
	page_put(out, report_place(one));
	fputs("</h3>\n", out);
	past_put_findings(out, one->verdict);
	if (report_why(one).len > 0) {
		fputs("<p>", out);
		page_put(out, report_why(one));
		fputs(".</p>\n", out);
	}
	past_put_phases(out, one->result);
}

void
past_write(struct past *p, FILE *out, bool open)
{
	enum health state = p->any ? p->worst : STATE_UNKNOWN;
	struct span parts = sheet_text(&p->parts), talk = sheet_text(&p->talk);
	char when[24];

	utc_text(when, p->at);
	fprintf(
	    out, "<details%s><summary><span class=\"dim\">%s</span> ", open ? " open" : "", when);
	page_word(out, page_mood_of(state), span_of(judge_state_word(state)));
	fputs(" <strong>", out);
	page_text(out, p->target);
	fputs("</strong> <span class=\"dim\">", out);
	page_text(out, p->module);
	fputs("</span> ", out);
	page_put(out, p->message);
	fputs("<span class=\"bar\">", out);
	fwrite(p->bar.len ? p->bar.at : "", 1, p->bar.len, out);
	fputs("</span></summary>\n", out);
	fwrite(parts.len ? parts.at : "", 1, parts.len, out);
	if (talk.len > 0) {
		fputs("<pre>", out);
		page_put_lines(out, span_first(talk, TALK_MAX));
		if (talk.len > TALK_MAX)
			fputs("... (the rest is not kept)\n", out);
		fputs("</pre>\n", out);
	}
	fputs("</details>\n", out);
}

/* ---- the last probes */

struct recent *
recent_new(unsigned most)
{
	struct recent *h = memory_zeroed(sizeof *h);

	h->most = most;
	h->row = most ? memory_zeroed(most * sizeof *h->row) : NULL;
	return h;
}

void
recent_free(struct recent *h)
{
	for (unsigned i = 0; i < h->n; i++)
		free(h->row[i].text);
	free(h->row);
	free(h);
}

void
recent_add(struct recent *h, struct past *p)
{
	unsigned at = h->n < h->most ? h->n : h->first;

	if (h->most == 0)
		return;
	if (h->n < h->most)
		h->n++;
	else
		h->first = (h->first + 1) % h->most;
	free(h->row[at].text);
	FILE *out = memory_file(&h->row[at].text, &h->row[at].len);
	past_write(p, out, false);
	fclose(out);
}

void
recent_write(const struct recent *h, FILE *out)
{
	for (unsigned i = h->n; i > 0; i--) {
		unsigned at = (h->first + i - 1) % h->n;
		fwrite(h->row[at].text, 1, h->row[at].len, out);
	}
}
