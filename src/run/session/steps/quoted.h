/* Octets written in double quotes, with \r \n \t \0 \xHH \\ and \" for what cannot be typed. */
#ifndef RUN_SESSION_STEPS_QUOTED_H
#define RUN_SESSION_STEPS_QUOTED_H

#include "run/session/step.h"

/*
 * Parses what follows a backslash and sets *out to the octet that it stands for. Returns the number
 * of octets parsed; 0: unknown escape.
 */
size_t quoted_escape(struct span, char *out);
/*
 * Parses a quoted string at the cursor; *out lives in the arena. Returns false and sets err
 * (ERR_USAGE) if there is none or it is not terminated.
 */
bool quoted_take(struct cursor *, struct arena *, struct span *out, struct err *);

#endif
