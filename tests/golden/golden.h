/* Events that no socket pair gives, made by hand. */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "run/session/event.h"

/* False when there is none of this name. */
bool golden_made(const char *name, event_fn *, void *ctx);

#endif
