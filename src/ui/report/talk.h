/* Conversations as text, one per session, recorded for a report that shows them folded. */
#ifndef UI_REPORT_TALK_H
#define UI_REPORT_TALK_H

#include "run/session/event.h"

struct talk;
struct talk *talk_new(void);
void talk_free(struct talk *);			      /* NULL is fine */
/* records an event of the session that it names */
void talk_event(struct talk *, const struct event *);
/*
 * The conversation of session `number`, as the screen shows it; valid until the next event or
 * talk_free.
 */
struct span talk_text(void *talk, unsigned number);

#endif
