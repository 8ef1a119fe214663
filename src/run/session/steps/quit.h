/* The end of QUIT as part of a step: its reply, what follows it, the close. */
#ifndef RUN_SESSION_STEPS_QUIT_H
#define RUN_SESSION_STEPS_QUIT_H

#include "run/session/session.h"

struct parting {
	bool replied;			/* the reply to QUIT has come */
	enum err_kind failed;		/* a reply was out of step */
};

/*
 * For all news after QUIT was sent. STEP_WAIT until all that came has been reported; then it
 * closes the connection.
 */
enum progress parting_on_news(struct session *, struct parting *, const struct news *);

#endif
