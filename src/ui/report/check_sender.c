/*
 * check_sender - the report on mail *from* a domain: SPF, DKIM, DMARC, reverse DNS, EHLO, block
 * lists.
 */
#include "base/text.h"
#include "ui/report/check.h"
#include "ui/report/page.h"
#include "ui/show/flow.h"

enum { ROWS_MAX = 8 + SENDER_SELECTORS_MAX + SENDER_LISTS_MAX, LABEL_COLUMN = 12 };

struct row {
	struct span label, text; /* safe to show */
};

static struct span
reverse_text(const struct lookup_address *names, struct arena *arena)
{
	struct span out = SPAN_NONE;

	if (names->nptr == 0)
		return arena_printf(arena, "%s: %.*s", names->failed ? "lookup failed" : "none",
		    SPAN_ARG(text_safe(arena, names->why)));
	for (size_t i = 0; i < names->nptr; i++)
		out = arena_printf(arena, "%.*s%s%.*s (%sforward-confirmed)", SPAN_ARG(out),
		    i ? ", " : "", SPAN_ARG(text_safe(arena, names->ptr[i].name)),
		    names->ptr[i].points_back ? "" : "not ");
	return out;
}

/* Makes rows of what was looked up, in the order in which a receiver does it. */
static size_t
rows(const struct sender *s, struct row row[ROWS_MAX], struct arena *arena)
{
	size_t n = 0;

	if (s->reverse)
		row[n++] = (struct row){ SPAN("PTR"), reverse_text(s->reverse, arena) };
	if (s->ehlo)
		row[n++] = (struct row){ SPAN("EHLO"), ehlo_sentence(s->ehlo, arena) };
	if (s->spf)
		row[n++] = (struct row){ SPAN("SPF"), spf_sentence(s->spf, arena) };
	for (size_t i = 0; i < s->ndkim; i++)
		row[n++] = (struct row){
			arena_printf(
			    arena, "DKIM %.*s", SPAN_ARG(text_safe(arena, s->dkim[i].selector))),
			dkim_sentence(s->dkim[i].key, arena),
		};
	if (s->dmarc)
		row[n++] = (struct row){ SPAN("DMARC"), dmarc_sentence(s->dmarc, arena) };
	for (size_t i = 0; i < s->ndnsbl; i++)
		row[n++] = (struct row){ SPAN("block list"), dnsbl_sentence(s->dnsbl[i], arena) };
	return n;
}

enum health
check_sender_state(const struct sender *s)
{
	enum health worst = STATE_OK;

	for (const struct diagnosis *d = s->findings; d; d = d->next)
		worst = judge_worse(worst, d->state);
	return worst;
}

struct span
check_sender_verdict(const struct sender *s, struct arena *arena)
{
	const struct diagnosis *worst = s->findings;
	struct span domain = text_safe(arena, s->domain);

	if (!worst || check_sender_state(s) == STATE_OK)
		return arena_printf(arena,
		    "mail from %.*s: the DNS gives no reason to reject it; content and reputation "
		    "are not tested",
		    SPAN_ARG(domain));
	return arena_printf(arena, "mail from %.*s: %.*s", SPAN_ARG(domain),
	    SPAN_ARG(diagnosis_sentence(worst, arena)));
}

static struct span
next_step(const struct diagnosis *d, struct arena *arena)
{
	return diagnosis_next(d, FOR_ANYONE, arena);
}

void
check_sender_text(FILE *out, const struct look *look, const struct sender *sender)
{
	struct screen s;
	struct row row[ROWS_MAX];
	char source[ADDR_TEXT];

	screen_init(&s, out, look);
	struct flow f = flow_begin(&s, 0, 0);
	enum health state = check_sender_state(sender);
	flow_put(&f,
	    state == STATE_OK		? INK_GOOD :
		state == STATE_CRITICAL ? INK_BAD :
					  INK_WARN,
	    check_sender_verdict(sender, &s.arena));
	flow_end(&f);
	screen_print(&s, "\n");
	/* -q shows only the verdict and what is wrong */
	size_t n = s.verbose < 0 ? 0 : rows(sender, row, &s.arena);
	for (size_t i = 0; i < n; i++) {
		f = flow_begin(&s, 0, LABEL_COLUMN + 2);
		flow_pad(&f, 2);
		flow_put(&f, INK_BOLD, row[i].label);
		flow_pad(&f, LABEL_COLUMN + 2);
		flow_put(&f, INK_PLAIN, row[i].text);
		flow_end(&f);
	}
	if (sender->findings && n > 0)
		screen_print(&s, "\n");
	for (const struct diagnosis *d = sender->findings; d; d = d->next) {
		static const enum ink inks[] = {
			[STATE_OK] = INK_DIM,
			[STATE_WARNING] = INK_WARN,
			[STATE_CRITICAL] = INK_BAD,
			[STATE_UNKNOWN] = INK_WARN,
		};
		static const char *const words[] = { "note", "warning", "critical", "unknown" };
		struct span next = next_step(d, &s.arena);
		f = flow_begin(&s, 0, LABEL_COLUMN + 2);
		flow_pad(&f, 2);
		flow_put(&f, inks[d->state], span_of(words[d->state]));
		flow_pad(&f, LABEL_COLUMN + 2);
		flow_put(&f, INK_PLAIN, diagnosis_sentence(d, &s.arena));
		if (d->state != STATE_OK && next.len > 0) {
			flow_break(&f);
			flow_put(&f, INK_PLAIN, SPAN("Next: "));
			flow_put(&f, INK_PLAIN, next);
		}
		flow_end(&f);
	}
	if (sender->source.len == 0)
		screen_print(&s,
		    "\n"
		    "  SPF and reverse DNS are not checked without --source IP (the sending "
		    "host).\n");
	else
		screen_print(
		    &s, "\n  Judged for mail sent from %s.\n", addr_host(&sender->source, source));
	screen_release(&s);
}

void
check_sender_html(FILE *out, const struct look *look, const struct sender *sender)
{
	struct arena arena = { 0 };
	struct row row[ROWS_MAX];
	size_t n = rows(sender, row, &arena);

	(void)look;
	page_begin(out,
	    arena_printf(&arena, "Mail from %.*s", SPAN_ARG(text_safe(&arena, sender->domain))),
	    page_mood_of(check_sender_state(sender)), check_sender_verdict(sender, &arena));
	fputs("<dl>\n", out);
	for (size_t i = 0; i < n; i++) {
		fputs("<dt>", out);
		page_put(out, row[i].label);
		fputs("</dt><dd>", out);
		page_put(out, row[i].text);
		fputs("</dd>\n", out);
	}
	fputs("</dl>\n", out);
	if (sender->findings)
		fputs("<h2>Findings</h2>\n<dl>\n", out);
	for (const struct diagnosis *d = sender->findings; d; d = d->next) {
		struct span next = next_step(d, &arena);
		fputs("<dt>", out);
		page_word(out, page_mood_of(d->state), span_of(cause_row(d->cause)->title));
		fputs("</dt><dd>", out);
		page_put(out, diagnosis_sentence(d, &arena));
		fputs(". ", out);
		if (next.len > 0) {
			page_put(out, next);
			fputs(".", out);
		}
		if (d->evidence.len > 0) {
			fputs("<br><code>", out);
			page_put(out, d->evidence);
			fputs("</code>", out);
		}
		fputs("</dd>\n", out);
	}
	if (sender->findings)
		fputs("</dl>\n", out);
	page_end(out);
	arena_release(&arena);
}

void
check_sender_markdown(FILE *out, const struct look *look, const struct sender *sender)
{
	struct arena arena = { 0 };
	struct row row[ROWS_MAX];
	size_t n = rows(sender, row, &arena);

	(void)look;
	fputs("## ", out);
	check_put_markdown(out, check_sender_verdict(sender, &arena));
	fputs("\n\n", out);
	for (size_t i = 0; i < n; i++) {
		fputs("- **", out);
		check_put_markdown(out, row[i].label);
		fputs("**: ", out);
		check_put_markdown(out, row[i].text);
		fputs("\n", out);
	}
	for (const struct diagnosis *d = sender->findings; d; d = d->next) {
		struct span next = next_step(d, &arena);
		fputs("- ", out);
		check_put_markdown(out, diagnosis_sentence(d, &arena));
		fputs(next.len ? ". Next: " : ".", out);
		check_put_markdown(out, next);
		fputs(next.len ? ".\n" : "\n", out);
	}
	arena_release(&arena);
}
