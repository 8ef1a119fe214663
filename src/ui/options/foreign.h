/* What swaks, curl and openssl s_client call what is here too, by another name. */
#ifndef UI_OPTIONS_FOREIGN_H
#define UI_OPTIONS_FOREIGN_H

#include "base/span.h"

/*
 * A clause that names what is here instead: "that is --helo NAME"; NULL: no such option is known.
 */
const char *foreign_option(struct span name);

#endif
