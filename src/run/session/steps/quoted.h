/*
 * Octets written between double quotes, with \r \n \t \0 \xHH \\ and \" for what cannot be typed.
 */
#ifndef RUN_SESSION_STEPS_QUOTED_H
#define RUN_SESSION_STEPS_QUOTED_H

#include "run/session/step.h"

/*
 * What stands behind a backslash: how many octets of it are taken, 0 when it is nothing known; the
 * one that it means goes to *out.
 */
size_t quoted_escape(struct span, char *out);
/* Takes one quoted string off the cursor; false with err when there is none or it is not ended. */
bool quoted_take(struct cursor *, struct arena *, struct span *out, struct err *);

#endif
