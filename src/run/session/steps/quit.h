/* The end of a step that sent QUIT: the reply, whatever follows it, and the close. */
#ifndef RUN_SESSION_STEPS_QUIT_H
#define RUN_SESSION_STEPS_QUIT_H

#include "run/session/session.h"

struct parting {
	bool replied;			/* a reply was received after QUIT */
	enum err_kind failed;		/* a reply was out of step */
};

/*
 * Handles all news after QUIT was sent. Returns STEP_WAIT until all that was received has been
 * reported; then closes the connection.
 */
enum progress parting_on_news(struct session *, struct parting *, const struct news *);

#endif
