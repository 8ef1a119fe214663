/* Received messages kept in a Maildir or an mbox: lines end in LF there, and the envelope stands in header lines above. */
#ifndef RUN_SERVE_KEEP_H
#define RUN_SERVE_KEEP_H

#include "run/session/event.h"

struct keep;
/* Either may be NULL. A Maildir is made where there is none; an mbox is appended to. NULL with err. */
struct keep *keep_new(const char *maildir, const char *mbox, struct err *);
void keep_free(struct keep *);		/* NULL is fine */

/* An EVENT_MESSAGE whose text was kept. False with err: it is not stored, or not whole. */
bool keep_message(struct keep *, const struct event *, struct err *);

#endif
