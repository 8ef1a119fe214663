/* talk - conversations as text, one per session, recorded for reports that include them. */
#ifndef UI_REPORT_TALK_H
#define UI_REPORT_TALK_H

#include "run/session/event.h"

struct talk;
struct talk *talk_new(void);
void talk_free(struct talk *);			      /* NULL is fine */
/* Records an event for its session. */
void talk_event(struct talk *, const struct event *);
/*
 * Returns the conversation of session `number`, as the screen shows it; valid until the next event
 * or talk_free.
 */
struct span talk_text(void *talk, unsigned number);

#endif
