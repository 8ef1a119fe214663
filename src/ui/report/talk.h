/* Conversations as text, one for each session, kept for a report that shows them folded. */
#ifndef UI_REPORT_TALK_H
#define UI_REPORT_TALK_H

#include "run/session/event.h"

struct talk;
struct talk *talk_new(void);
void talk_free(struct talk *);			      /* NULL is fine */
void talk_event(struct talk *, const struct event *); /* of the session that it names */
/* Of session `number`, as the screen shows it; it lives until the next event or the end. */
struct span talk_text(void *talk, unsigned number);

#endif
