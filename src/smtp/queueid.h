/* What a server says it will call the message, picked out of the reply to its end. */
#ifndef SMTP_QUEUEID_H
#define SMTP_QUEUEID_H

#include "base/span.h"

/* A part of `text`, which is the reply's without its codes; empty when none is recognised. */
struct span queueid_find(struct span text);

#endif
