/* How QUIT ends, as a part of a step: its reply, what follows it, the close. */
#ifndef RUN_SESSION_STEPS_QUIT_H
#define RUN_SESSION_STEPS_QUIT_H

#include "run/session/session.h"

struct parting {
	bool heard;			/* the reply to QUIT */
	enum err_kind failed;		/* a reply that is out of step */
};

/*
 * QUIT was sent. STEP_WAIT until the connection is closed, which it is here, once all that came is
 * told.
 */
enum progress parting_on_news(struct session *, struct parting *, const struct news *);

#endif
