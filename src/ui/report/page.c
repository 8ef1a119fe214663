/* page - a report as one self-contained HTML file. */
#include "ui/report/page.h"

#include <assert.h>
#include <time.h>

#include "base/text.h"
#include "base/utc.h"
#include "config.h"
#include "ui/report/markup.h"

const char page_style[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;"
    "--good:#116329;--warn:#7d4e00;--bad:#a40e26;--soft:#f6f8fa}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9198a1;"
    "--line:#3d444d;--good:#56d364;--warn:#e3b341;--bad:#ff7b72;--soft:#151b23}}\n"
    "body{background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif;"
    "max-width:60rem;margin:0 auto;padding:1rem}\n"
    "h1{font-size:1.4rem;margin:.2em 0}h2{font-size:1.1rem;margin:1.6em 0 .4em}\n"
    ".verdict{font-size:1.1rem;border-left:.3rem solid var(--line);padding:.4rem .8rem;"
    "background:var(--soft)}\n"
    ".verdict.good{border-color:var(--good)}.verdict.warn{border-color:var(--warn)}"
    ".verdict.bad{border-color:var(--bad)}\n"
    ".good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}"
    ".dim,.unknown{color:var(--dim)}.verdict{color:var(--fg)}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;"
    "border-bottom:1px solid var(--line)}th{font-weight:600}\n"
    "td,li,p{overflow-wrap:break-word}code,pre{font:13px/1.45 ui-monospace,monospace}"
    "pre{background:var(--soft);padding:.6rem;overflow-x:auto;white-space:pre-wrap}\n"
    "details{margin:.4rem 0}summary{cursor:pointer}svg{display:block;max-width:100%}\n"
    "svg rect{stroke:var(--bg);stroke-width:1}dt{font-weight:600}dd{margin:0 0 .6rem 1rem}\n"
    "@media print{body{max-width:none;padding:0}pre{white-space:pre-wrap}}\n";

enum page_mood
page_mood_of(enum health state)
{
	static const enum page_mood moods[] = {
		[STATE_OK] = PAGE_GOOD,
		[STATE_WARNING] = PAGE_WARN,
		[STATE_CRITICAL] = PAGE_BAD,
		[STATE_UNKNOWN] = PAGE_UNKNOWN,
	};

	assert((size_t)state < sizeof moods / sizeof *moods);
	return moods[state];
}

static const char *
mood_class(enum page_mood mood)
{
	static const char *const classes[] = { "plain", "good", "warn", "bad", "unknown" };

	return classes[mood];
}

void
page_put(FILE *out, struct span text)
{
	struct arena arena = { 0 };

	markup_put(out, text_safe(&arena, text));
	arena_release(&arena);
}

void
page_put_lines(FILE *out, struct span text)
{
	struct span line;

	while (span_line(&text, &line)) {
		page_put(out, line);
		putc('\n', out);
	}
}

void
page_text(FILE *out, const char *text)
{
	page_put(out, span_of(text));
}

void
page_word(FILE *out, enum page_mood mood, struct span text)
{
	fprintf(out, "<span class=\"%s\">", mood_class(mood));
	page_put(out, text);
	fputs("</span>", out);
}

void
page_begin(FILE *out, struct span title, enum page_mood mood, struct span verdict)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" "
	      "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n"
	      "<link rel=\"icon\" href=\"data:,\">\n<title>",
	    out);
	page_put(out, title);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", page_style);
	page_put(out, title);
	fprintf(out, "</h1>\n<p class=\"verdict %s\">", mood_class(mood));
	page_put(out, verdict);
	fputs("</p>\n", out);
}

void
page_end(FILE *out)
{
	char when[24];

	utc_text(when, time(NULL));
	fprintf(
	    out, "<p class=\"dim\">smtpsh %s, %s</p>\n</body>\n</html>\n", SMTPSH_VERSION, when);
}

void
page_fold_begin(FILE *out, struct span summary)
{
	fputs("<details><summary>", out);
	page_put(out, summary);
	fputs("</summary>\n<pre>", out);
}

void
page_fold_end(FILE *out)
{
	fputs("</pre></details>\n", out);
}

/* Adjacent phases differ: four tints in turn, and red for the phase that failed. */
void
page_bar(FILE *out, const struct probe_result *r, uint64_t scale_us)
{
	static const char *const tints[] = { "#4c8dd6", "#7a6fd0", "#3aa39b", "#b88a2e" };
	uint64_t at = 0;
	char took[24];
	unsigned n = 0;

	text_time(took, r->total_us);
	if (scale_us == 0)
		scale_us = r->total_us ? r->total_us : 1;
	fprintf(out,
	    "<svg role=\"img\" width=\"220\" height=\"14\" viewBox=\"0 0 400 14\" "
	    "preserveAspectRatio=\"none\"><title>%s</title>",
	    took);
	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		bool failed = r->err != ERR_NONE && r->phase == i;
		double x = 400.0 * (double)at / (double)scale_us,
		       width = 400.0 * (double)r->us[i] / (double)scale_us;
		if (!(r->ran & 1u << i) || r->us[i] == 0)
			continue;
		char phase_took[24];
		text_time(phase_took, r->us[i]);
		fprintf(out,
		    "<rect x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"14\" fill=\"%s\">"
		    "<title>%s %s</title></rect>",
		    x, width < 1 ? 1 : width, failed ? "#d1242f" : tints[n % 4],
		    phase_word((enum probe_phase)i), phase_took);
		at += r->us[i];
		n++;
	}
	fprintf(out, "</svg><span class=\"dim\">%s</span>", took);
}
