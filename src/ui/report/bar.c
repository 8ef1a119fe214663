/* bar - a probe's phases as letters and as durations. */
#include "ui/report/bar.h"

#include <stdio.h>

/* letter in the bar, word beside it; adjacent phases differ in ink */
static const struct {
	char letter;
	const char *word;
	enum ink ink;
} phases[PHASE_COUNT] = {
	[PHASE_RESOLVE] = { 'd', "dns", INK_DIM },
	[PHASE_CONNECT] = { 'c', "conn", INK_SENT },
	[PHASE_BANNER] = { 'b', "banner", INK_WARN },
	[PHASE_EHLO] = { 'e', "ehlo", INK_SENT },
	[PHASE_STARTTLS] = { 's', "starttls", INK_PLAIN },
	[PHASE_TLS] = { 't', "tls", INK_GOOD },
	[PHASE_EHLO_TLS] = { 'E', "Ehlo", INK_SENT },
	[PHASE_AUTH] = { 'a', "auth", INK_WARN },
	[PHASE_MAIL] = { 'm', "mail", INK_PLAIN },
	[PHASE_RCPT] = { 'r', "rcpt", INK_GOOD },
	[PHASE_DATA] = { 'D', "Data", INK_SENT },
	[PHASE_BODY] = { 'B', "Body", INK_WARN },
	[PHASE_RSET] = { 'R', "Rset", INK_PLAIN },
	[PHASE_QUIT] = { 'q', "quit", INK_DIM },
};

void
bar_make(const struct probe_result *r, unsigned columns, char *out)
{
	uint64_t sum = 0, done = 0;
	size_t n = 0;

	for (unsigned p = 0; p < PHASE_COUNT; p++)
		sum += r->us[p];
	for (unsigned p = 0; sum > 0 && p < PHASE_COUNT; p++)
		for (done += r->us[p]; n < (done * columns + sum / 2) / sum;)
			out[n++] = phases[p].letter;
	out[n] = '\0';
}

void
bar_put(struct flow *f, const char *bar)
{
	if (!bar[0])
		return;
	flow_print(f, INK_PLAIN, "[");
	for (size_t n; *bar; bar += n) {
		enum ink ink = INK_PLAIN;
		for (n = 1; bar[n] == bar[0]; n++)
			continue;
		for (unsigned p = 0; p < PHASE_COUNT; p++)
			if (phases[p].letter == bar[0])
				ink = phases[p].ink;
		flow_put(f, ink, (struct span){ bar, n });
	}
	flow_print(f, INK_PLAIN, "]");
}

void
bar_put_phases(struct flow *f, const struct probe_result *r)
{
	char text[48];

	for (unsigned p = 0; p < PHASE_COUNT; p++) {
		double ms = (double)r->us[p] / 1e3;
		if (!(r->ran & 1u << p) && !(p == PHASE_RESOLVE && r->us[p] >= 100))
			continue;
		/* no line break between a name, its number and the unit */
		int n = snprintf(text, sizeof text, ms < 9.95 ? " %s %.1f ms" : " %s %.0f ms",
		    phases[p].word, ms);
		if (f->column + (unsigned)n > f->width)
			flow_break(f);
		flow_put(f, phases[p].ink, span_of(text));
	}
}
