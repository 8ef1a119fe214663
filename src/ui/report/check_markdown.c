/*
 * check_markdown - the report in Markdown, for a ticket. What a peer sent is escaped and cannot be
 * markup.
 */
#include "base/text.h"
#include "ui/report/check.h"

/* Many renderers also make links of a bare "http://" or "www.". */
static bool
begins_link(struct span safe, size_t i)
{
	return span_starts(span_skip(safe, i), SPAN("://")) ||
	    (safe.at[i] == '.' && i >= 3 &&
		span_eq_case((struct span){ safe.at + i - 3, 3 }, SPAN("www")));
}

/* For table cells and running text: escapes everything special in Markdown or HTML. */
void
check_put_markdown(FILE *out, struct span safe)
{
	for (size_t i = 0; i < safe.len; i++) {
		if (begins_link(safe, i) ||
		    (memchr("\\`*_{}[]()#+-!|<>&~", safe.at[i], 19) &&
			!(safe.at[i] == '-' && i > 0)))
			putc('\\', out);
		putc(safe.at[i], out);
	}
}

static void
put_talk(FILE *out, struct span talk)
{
	struct span rest = talk, line;

	while (span_line(&rest, &line)) {
		fputs("    ", out);
		fwrite(line.at, 1, line.len, out);
		putc('\n', out);
	}
}

void
check_markdown(FILE *out, const struct check_report *c)
{
	const struct check *k = c->check;
	const struct check_verdict *v = c->verdict;
	struct arena arena = { 0 };
	char address[ADDR_TEXT];
	struct span from = check_vantage(k, &arena);

	fputs("## ", out);
	check_put_markdown(out, v->title);
	fputs("\n\nTested from ", out);
	check_put_markdown(out, from.len ? from : check_no_vantage(k));
	if (k->hello) {
		fputs(", EHLO ", out);
		check_put_markdown(out, text_safe(&arena, span_of(k->hello)));
	}
	fputs(".\n\n| Host | Preference | Address | Result |\n|---|---|---|---|\n", out);
	for (size_t i = 0; i < k->nhosts; i++) {
		const struct check_host *h = &k->host[i];
		for (size_t j = 0; j < h->naddresses || j == 0; j++) {
			fputs("| ", out);
			check_put_markdown(out, text_safe(&arena, h->name));
			fprintf(out, " | %u | %s | ", h->preference,
			    h->naddresses ? addr_host(&h->address[j].addr, address) : "");
			check_put_markdown(out,
			    h->naddresses ? check_outcome(c, &h->address[j], &arena) :
					    text_safe(&arena, h->found->hop->found->why));
			fputs(" |\n", out);
		}
	}
	fputs("\n"
	    "| Sender | Can deliver |\n"
	    "|---|---|\n", out);
	for (int i = 0; i < CHECK_SENDER_COUNT; i++)
		if (v->class[i].text.len > 0) {
			fprintf(out, "| %s | ", check_sender_title((enum check_sender)i));
			check_put_markdown(out, v->class[i].text);
			fputs(" |\n", out);
		}
	if (v->findings)
		fputs("\n### Findings\n\n", out);
	for (const struct check_finding *f = v->findings; f; f = f->next) {
		fputs("- **", out);
		check_put_markdown(out, check_where(k, f, &arena));
		fputs("**: ", out);
		check_put_markdown(out, diagnosis_sentence(f->what, &arena));
		fputs(".\n", out);
	}
	if (v->nsteps > 0)
		fputs("\n### What to do\n\n", out);
	for (size_t i = 0; i < v->nsteps; i++) {
		fprintf(out, "%zu. ", i + 1);
		check_put_markdown(out, check_who(k, &v->step[i], &arena));
		fputs(", ", out);
		check_put_markdown(out, check_where(k, v->step[i].finding, &arena));
		fputs(": ", out);
		check_put_markdown(out, v->step[i].text);
		fputs(".\n", out);
	}
	fputs("\n### Connections\n\n", out);
	for (size_t i = 0; i < k->nhosts; i++) {
		struct span opened = check_opened(k, &k->host[i], &arena);
		if (opened.len > 0) {
			fputs("- ", out);
			check_put_markdown(out, opened);
			fputs("\n", out);
		}
	}
	for (unsigned n = 1; c->talk && n <= k->nconnections; n++) {
		fprintf(out, "\nConnection %u:\n\n", n);
		put_talk(out, c->talk(c->ctx, n));
	}
	arena_release(&arena);
}
