/* The queue ID of a message, found in the reply to the end of data. */
#ifndef SMTP_QUEUEID_H
#define SMTP_QUEUEID_H

#include "base/span.h"

/*
 * Returns a part of `text`, the reply's text without its codes; empty when no ID is recognised.
 */
struct span queueid_find(struct span text);

#endif
