/*
 * Running text on a screen: words that wrap at its width with a hanging indent, each run in its own
 * ink. Where the screen is no terminal nothing wraps, so that a line stays a line for grep.
 */
#ifndef UI_SHOW_FLOW_H
#define UI_SHOW_FLOW_H

#include "ui/show/screen.h"

struct flow {
	struct screen *screen;
	unsigned column, indent, width;
	unsigned start;			/* the column of this line's first word */
	bool blank;			/* a blank is due before the next word */
	enum ink ink;			/* of what was written last: a run has its escapes once */
};

/* At `column` already; lines that follow begin at `indent`. */
struct flow flow_begin(struct screen *, unsigned column, unsigned indent);

/* Words of anyone: made safe. A run is glued to the one before it unless it begins with a blank. */
void flow_put(struct flow *, enum ink, struct span);
void flow_print(struct flow *, enum ink, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* blanks up to this column; a new line when it is behind it */
void flow_pad(struct flow *, unsigned column);
void flow_break(struct flow *);			/* a new line, indented */
void flow_end(struct flow *);			/* the line is over */

/* Text whose blanks matter, as a reply's: cut only where it is wider than the screen. */
void flow_verbatim(struct flow *, enum ink, struct span);

#endif
