/*
 * waiting - a line that shows what is being waited for, the time so far and the limit. It is above
 * the prompt or, without a prompt, the last line until something else is printed.
 */
#ifndef UI_SHOW_WAITING_H
#define UI_SHOW_WAITING_H

#include "run/session/view.h"
#include "ui/show/screen.h"

/*
 * Returns "... waiting for the reply to RCPT, 2.4 of 300 s, ^C cancels"; empty if nothing is waited
 * for, or for less than half a second.
 */
enum { WAITING_LINE = 200 };
struct span waiting_line(const struct session_view *, char out[WAITING_LINE]);
/* Returns the milliseconds until the line should be updated. */
unsigned waiting_tick_ms(const struct session_view *);

/* The same without a prompt. Nothing is shown if the terminal cannot move its cursor. */
struct waiting {
	struct screen *screen;
	struct loop_timer *timer;
	struct session_view (*view)(void *ctx);
	void *ctx;
	bool drawn;
};

/*
 * Shows the line, of what `view` returns, until waiting_end. The screen hides it before printing.
 */
void waiting_begin(struct waiting *, struct screen *, struct loop *,
    struct session_view (*view)(void *ctx), void *ctx);
void waiting_hide(struct waiting *);
void waiting_end(struct waiting *);

#endif
