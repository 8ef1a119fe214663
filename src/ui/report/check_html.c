/* check_html - the report as a page to share. */
#include "base/text.h"
#include "ui/report/check.h"
#include "ui/report/page.h"

static enum page_mood
mood_of_passage(enum check_passage passage)
{
	static const enum page_mood moods[] = {
		[PASSAGE_NONE] = PAGE_PLAIN,
		[PASSAGE_YES] = PAGE_GOOD,
		[PASSAGE_DEFERRED] = PAGE_WARN,
		[PASSAGE_NO] = PAGE_BAD,
		[PASSAGE_UNKNOWN] = PAGE_UNKNOWN,
	};

	return moods[passage];
}

static enum page_mood
mood_of_fate(enum check_fate fate)
{
	switch (fate) {
	case CHECK_FATE_ACCEPTED: return PAGE_GOOD;
	case CHECK_FATE_DEFERRED:
	case CHECK_FATE_CLIENT: return PAGE_WARN;
	case CHECK_FATE_UNKNOWN:
	case CHECK_FATE_NO_ROUTE: return PAGE_UNKNOWN;
	default: return PAGE_BAD;
	}
}

static uint64_t
slowest(const struct check *k)
{
	uint64_t most = 1;

	for (size_t i = 0; i < k->nhosts; i++)
		for (size_t j = 0; j < k->host[i].naddresses; j++) {
			const struct check_address *a = &k->host[i].address[j];
			if (a->nlooks && a->look[0].result.total_us > most)
				most = a->look[0].result.total_us;
		}
	return most;
}

static void
put_addresses(FILE *out, const struct check_report *c, struct arena *arena)
{
	const struct check *k = c->check;
	uint64_t scale = slowest(k);
	char address[ADDR_TEXT];

	fputs("<div class=\"scroll\"><table><thead><tr><th>Host</th><th>MX</th><th>Address</th>"
	      "<th>Result</th><th>Time</th></tr></thead>\n<tbody>\n",
	    out);
	for (size_t i = 0; i < k->nhosts; i++) {
		const struct check_host *h = &k->host[i];
		for (size_t j = 0; j < h->naddresses || j == 0; j++) {
			const struct check_address *a = h->naddresses ? &h->address[j] : NULL;
			fputs("<tr><td>", out);
			page_put(out, h->name);
			fputs("</td><td>", out);
			if (h->mx)
				fprintf(out, "%u", h->preference);
			fputs("</td><td>", out);
			if (a)
				page_text(out, addr_host(&a->addr, address));
			fputs("</td><td>", out);
			page_word(out, a ? mood_of_fate(c->verdict->fate[a->number]) : PAGE_BAD,
			    a ? check_outcome(c, a, arena) : h->found->hop->found->why);
			fputs("</td><td>", out);
			if (a && a->nlooks)
				page_bar(out, &a->look[0].result, scale);
			fputs("</td></tr>\n", out);
		}
	}
	fputs("</tbody></table></div>\n", out);
}

static void
put_classes(FILE *out, const struct check_report *c, struct arena *arena)
{
	const struct check *k = c->check;
	struct span policy = check_policy(k, arena);

	fputs("<h2>Who can deliver</h2>\n"
	    "<dl>\n", out);
	for (int i = 0; i < CHECK_SENDER_COUNT; i++) {
		const struct check_class *class = &c->verdict->class[i];
		if (class->text.len == 0)
			continue;
		fprintf(out, "<dt>%s</dt><dd>", check_sender_title((enum check_sender)i));
		page_word(out, mood_of_passage(class->passage), class->text);
		fputs("</dd>\n", out);
	}
	if (policy.len > 0) {
		fputs("<dt>MTA-STS policy</dt><dd>", out);
		page_put(out, policy);
		fputs("</dd>\n", out);
	}
	for (size_t i = 0; i < k->nhosts; i++) {
		struct span dane = check_dane(&k->host[i], arena);
		if (dane.len == 0)
			continue;
		fputs("<dt>DANE, ", out);
		page_put(out, k->host[i].name);
		fputs("</dt><dd>", out);
		page_put(out, dane);
		fputs("</dd>\n", out);
	}
	fputs("</dl>\n", out);
}

static void
put_findings(FILE *out, const struct check_report *c, struct arena *arena)
{
	const struct check_verdict *v = c->verdict;

	if (v->nsteps > 0)
		fputs("<h2>What to do</h2>\n<ol>\n", out);
	for (size_t i = 0; i < v->nsteps; i++) {
		fputs("<li><strong>", out);
		page_put(out, check_who(c->check, &v->step[i], arena));
		fputs("</strong>, ", out);
		page_put(out, check_where(c->check, v->step[i].finding, arena));
		fputs(": ", out);
		page_put(out, v->step[i].text);
		fputs(".</li>\n", out);
	}
	if (v->nsteps > 0)
		fputs("</ol>\n", out);
	if (v->findings)
		fputs("<h2>Findings</h2>\n<dl>\n", out);
	for (const struct check_finding *f = v->findings; f; f = f->next) {
		struct span consequence = diagnosis_consequence(f->what, arena);
		fputs("<dt>", out);
		page_word(out, page_mood_of(f->state), span_of(cause_row(f->what->cause)->title));
		fputs(" <span class=\"dim\">", out);
		page_put(out, check_where(c->check, f, arena));
		fputs("</span></dt><dd>", out);
		page_put(out, diagnosis_sentence(f->what, arena));
		fputs(". ", out);
		if (consequence.len > 0) {
			page_put(out, consequence);
			fputs(". ", out);
		}
		if (f->what->evidence.len > 0) {
			fputs("<br><code>", out);
			page_put(out, f->what->evidence);
			fputs("</code>", out);
		}
		if (cause_row(f->what->cause)->reference) {
			fputs(" <span class=\"dim\">", out);
			page_text(out, cause_row(f->what->cause)->reference);
			fputs("</span>", out);
		}
		fputs("</dd>\n", out);
	}
	if (v->findings)
		fputs("</dl>\n", out);
}

static void
put_talks(FILE *out, const struct check_report *c, struct arena *arena)
{
	const struct check *k = c->check;
	char address[ADDR_TEXT];

	fputs("<h2>Connections</h2>\n", out);
	for (size_t i = 0; i < k->nhosts; i++) {
		struct span opened = check_opened(k, &k->host[i], arena);
		if (opened.len == 0)
			continue;
		fputs("<p>", out);
		page_put(out, opened);
		fputs("</p>\n", out);
		for (size_t j = 0; c->talk && j < k->host[i].naddresses; j++) {
			const struct check_address *a = &k->host[i].address[j];
			for (size_t n = 0; n < a->nlooks; n++) {
				page_fold_begin(out,
				    arena_printf(arena, "%.*s[%s], %s", SPAN_ARG(a->host->name),
					addr_host(&a->addr, address),
					check_why_phrase(a->look[n].why)));
				page_put_lines(out, c->talk(c->ctx, a->look[n].number));
				page_fold_end(out);
			}
		}
	}
}

void
check_html(FILE *out, const struct check_report *c)
{
	struct arena arena = { 0 };
	const struct check *k = c->check;
	struct span from = check_vantage(k, &arena),
		    title = arena_printf(&arena, "Mail check: %.*s",
			SPAN_ARG(text_safe(&arena,
			    k->rcpt	      ? span_of(k->rcpt) :
				k->domain.len ? k->domain :
						k->target->host)));

	page_begin(out, title, page_mood_of(c->verdict->state), c->verdict->title);
	fputs("<p class=\"dim\">Tested from ", out);
	page_put(out, from.len ? from : check_no_vantage(k));
	if (k->hello) {
		fputs(", EHLO ", out);
		page_text(out, k->hello);
	}
	if (!k->nhosts || !k->host[0].submission) {
		fputs(", MAIL FROM:&lt;", out);
		page_text(out, k->opts->from);
		fputs("&gt;", out);
	}
	fputs(".</p>\n", out);
	put_addresses(out, c, &arena);
	put_classes(out, c, &arena);
	put_findings(out, c, &arena);
	put_talks(out, c, &arena);
	page_end(out);
	arena_release(&arena);
}
