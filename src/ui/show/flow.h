/*
 * Running text on a screen: words that wrap at its width with a hanging indent, each run in its
 * own ink. Where the screen is not a terminal nothing wraps, so that a line stays a line for
 * grep.
 */
#ifndef UI_SHOW_FLOW_H
#define UI_SHOW_FLOW_H

#include "ui/show/screen.h"

struct flow {
	struct screen *screen;
	unsigned column, indent, width;
	unsigned start;			/* the column of this line's first word */
	bool blank;			/* a space is due before the next word */
	const char *gutter;		/* before further lines, within the indent; NULL: spaces */
	/* of what was written last, so that a run has its escapes once */
	enum ink ink;
};

/* Begins at `column`; further lines begin at `indent`. */
struct flow flow_begin(struct screen *, unsigned column, unsigned indent);

/*
 * Adds words, made safe. A run is joined to the one before it unless it begins with a space. An
 * RFC in parentheses is dim within plain text.
 */
void flow_put(struct flow *, enum ink, struct span);
void flow_print(struct flow *, enum ink, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds spaces up to this column; a new line when it is past it. */
void flow_pad(struct flow *, unsigned column);
void flow_break(struct flow *);			/* begins a new line, indented */
void flow_end(struct flow *);			/* ends the line */

/*
 * Adds an item of a list, `gap` spaces after the one before: on a new line where it does not fit
 * in what is left, broken between words where it is wider than a line.
 */
void flow_item(struct flow *, enum ink, unsigned gap, struct span);
/*
 * Adds text at the right end of the line, on a terminal only: where it does not fit, after two
 * spaces, or else (`must`) on a line of its own.
 */
void flow_right(struct flow *, enum ink, struct span, bool must);

/* Adds text whose spaces matter, as a reply's: broken only where it is wider than the screen. */
void flow_verbatim(struct flow *, enum ink, struct span);

#endif
