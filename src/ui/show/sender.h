/* What the DNS says of mail from a domain, as `resolve` prints records. */
#ifndef UI_SHOW_SENDER_H
#define UI_SHOW_SENDER_H

#include "run/sender/dmarc.h"
#include "run/sender/spf.h"
#include "ui/show/screen.h"

/* Of the record alone, without a client's address. */
void show_spf(struct screen *, const struct spf *);
void show_dmarc(struct screen *, const struct dmarc *);

#endif
