/* Octets written in double quotes, with \r \n \t \0 \xHH \\ and \" for what cannot be typed. */
#ifndef RUN_SESSION_STEPS_QUOTED_H
#define RUN_SESSION_STEPS_QUOTED_H

#include "run/session/step.h"

/*
 * Parses what follows a backslash; the octet it stands for goes to *out. Returns how many octets
 * it takes, 0 when unknown.
 */
size_t quoted_escape(struct span, char *out);
/*
 * Takes a quoted string off the cursor; *out lives in the arena. False with err (ERR_USAGE) when
 * there is none or it is not terminated.
 */
bool quoted_take(struct cursor *, struct arena *, struct span *out, struct err *);

#endif
