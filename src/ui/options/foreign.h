/* Option names of swaks, curl and openssl s_client for what has another name here. */
#ifndef UI_OPTIONS_FOREIGN_H
#define UI_OPTIONS_FOREIGN_H

#include "base/span.h"

/*
 * A clause that names our option instead: "that is --helo NAME"; NULL: no such option is known.
 */
const char *foreign_option(struct span name);

#endif
