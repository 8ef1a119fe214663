/*
 * A report as one HTML file: no script, style or picture from elsewhere, readable on a phone, on
 * paper, in light and dark mode. What a peer sent is text and never markup: every octet goes
 * through page_put.
 */
#ifndef UI_REPORT_PAGE_H
#define UI_REPORT_PAGE_H

#include <stdio.h>

#include "run/diagnosis/health.h"
#include "run/probe/probe.h"

/* How something went, which selects its colour and its mark. */
enum page_mood { PAGE_PLAIN, PAGE_GOOD, PAGE_WARN, PAGE_BAD, PAGE_UNKNOWN };
enum page_mood page_mood_of(enum health);

extern const char page_style[];	/* CSS */
/* Writes up to the heading; escapes the title and the verdict under it. */
void page_begin(FILE *, struct span title, enum page_mood, struct span verdict);
void page_end(FILE *); /* with the version and the current time */

void page_put(FILE *, struct span); /* escaped, octets that cannot be shown as \xNN */
/* The same, line by line: line endings are kept. */
void page_put_lines(FILE *, struct span);
void page_text(FILE *, const char *); /* the same for our own text */
/* <span class=mood>, escaped */
void page_word(FILE *, enum page_mood, struct span);

/*
 * The phases of a probe as a bar on a scale of `scale_us` microseconds: an SVG in the page, with
 * its text.
 */
void page_bar(FILE *, const struct probe_result *, uint64_t scale_us);

/* A folded part; what is written between the calls is <pre> text. */
void page_fold_begin(FILE *, struct span summary);
void page_fold_end(FILE *);

#endif
