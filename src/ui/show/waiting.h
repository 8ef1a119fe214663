/*
 * What is waited for, its time and its limit, in a line of its own: above the prompt, or where
 * there is none, at the end of what was printed until something else is.
 */
#ifndef UI_SHOW_WAITING_H
#define UI_SHOW_WAITING_H

#include "run/session/view.h"
#include "ui/show/screen.h"

/*
 * "... waiting for the reply to RCPT, 2.4 of 300 s, ^C cancels"; empty where nothing is waited
 * for, or for less than half a second.
 */
enum { WAITING_LINE = 200 };
struct span waiting_line(const struct session_view *, char out[WAITING_LINE]);
/* After how many milliseconds the line is to be made anew. */
unsigned waiting_tick_ms(const struct session_view *);

/* The same on a screen without a prompt; nothing where it cannot move its cursor. */
struct waiting {
	struct screen *screen;
	struct loop_timer *timer;
	struct session_view (*view)(void *ctx);
	void *ctx;
	bool drawn;
};

void waiting_begin(struct waiting *, struct screen *, struct loop *,
    struct session_view (*view)(void *ctx), void *ctx);
void waiting_hide(struct waiting *);
void waiting_end(struct waiting *);

#endif
