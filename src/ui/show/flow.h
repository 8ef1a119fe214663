/*
 * flow - running text on a screen: words that wrap at the screen's width with a hanging indent,
 * each run in its own ink. If the screen is not a terminal nothing wraps, so that a line stays a
 * line for grep.
 */
#ifndef UI_SHOW_FLOW_H
#define UI_SHOW_FLOW_H

#include "ui/show/screen.h"

struct flow {
	struct screen *screen;
	unsigned column, indent, width;
	unsigned start;			/* column of this line's first word */
	bool blank;			/* a space precedes the next word */
	const char *gutter;		/* starts further lines, within the indent; NULL: spaces */
	/* ink of the last run, so that the next one in that ink needs no escapes */
	enum ink ink;
};

/* Returns a flow that begins at `column`; further lines begin at `indent`. */
struct flow flow_begin(struct screen *, unsigned column, unsigned indent);

/*
 * Appends words, made safe. A run is joined to the previous one unless it begins with a space or
 * that ends with one. In plain text, an RFC in parentheses is dim.
 */
void flow_put(struct flow *, enum ink, struct span);
void flow_print(struct flow *, enum ink, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Appends spaces up to this column, on a new line if the flow is past it. */
void flow_pad(struct flow *, unsigned column);
void flow_break(struct flow *);			/* starts a new, indented line */
void flow_end(struct flow *);			/* ends the line */

/*
 * Appends an item of a list, `gap` spaces after the previous one. It goes on a new line if it does
 * not fit on this one, and is broken between words if it is wider than a line.
 */
void flow_item(struct flow *, enum ink, unsigned gap, struct span);
/*
 * Appends text at the right edge of the line; on a terminal only. If it does not fit there it
 * follows after two spaces, or (`must`) on a line of its own, or is left out.
 */
void flow_right(struct flow *, enum ink, struct span, bool must);

/* Appends text whose spaces matter, such as a reply's: broken only if wider than the screen. */
void flow_verbatim(struct flow *, enum ink, struct span);

#endif
