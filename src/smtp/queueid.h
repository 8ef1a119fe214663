/* Finds the queue ID of a message in the reply to the end of data. */
#ifndef SMTP_QUEUEID_H
#define SMTP_QUEUEID_H

#include "base/span.h"

/*
 * Returns the queue ID in `text`, the reply's text without its codes; empty when none is
 * recognized.
 */
struct span queueid_find(struct span text);

#endif
