/* sender - what the DNS says about mail from a domain, as `resolve` prints it. */
#ifndef UI_SHOW_SENDER_H
#define UI_SHOW_SENDER_H

#include "run/sender/dmarc.h"
#include "run/sender/spf.h"
#include "ui/show/screen.h"

/* Prints the record, not evaluated for a client's address. */
void show_spf(struct screen *, const struct spf *);
void show_dmarc(struct screen *, const struct dmarc *);

#endif
