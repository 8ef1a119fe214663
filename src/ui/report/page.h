/*
 * page - a report as one HTML file, without scripts, styles or images from elsewhere, for phones
 * and paper, in light and dark mode. What a peer sent is text and never markup: all of it goes
 * through page_put.
 */
#ifndef UI_REPORT_PAGE_H
#define UI_REPORT_PAGE_H

#include <stdio.h>

#include "run/diagnosis/health.h"
#include "run/probe/probe.h"

/* How something went: selects color and mark. */
enum page_mood { PAGE_PLAIN, PAGE_GOOD, PAGE_WARN, PAGE_BAD, PAGE_UNKNOWN };
enum page_mood page_mood_of(enum health);

extern const char page_style[];	/* the CSS */
/* Writes the page up to its heading, with the verdict below; escapes both texts. */
void page_begin(FILE *, struct span title, enum page_mood, struct span verdict);
void page_end(FILE *); /* with version and current time */

void page_put(FILE *, struct span); /* escapes it; unprintable bytes as \xNN */
/* The same, line by line: line endings are kept. */
void page_put_lines(FILE *, struct span);
void page_text(FILE *, const char *); /* the same for our own text */
/* Writes <span class=mood>, with the text escaped. */
void page_word(FILE *, enum page_mood, struct span);

/*
 * Writes the phases of a probe as a bar with its duration, an inline SVG. scale_us: the duration of
 * a full bar, in microseconds; 0: the probe's own.
 */
void page_bar(FILE *, const struct probe_result *, uint64_t scale_us);

/* Begins a folded part; what is written until page_fold_end is <pre> text. */
void page_fold_begin(FILE *, struct span summary);
void page_fold_end(FILE *);

#endif
