/* What the DNS says of mail from a domain, as a person reads it. */
#ifndef UI_SHOW_SENDER_H
#define UI_SHOW_SENDER_H

#include "run/sender/sender_check.h"
#include "ui/show/screen.h"

/* Of the record alone, without a client's address: as `resolve` prints records. */
void show_spf(struct screen *, const struct spf *);
void show_dmarc(struct screen *, const struct dmarc *);

/* A line or two for each thing that was looked up; the findings are not among them. */
void show_sender(struct screen *, const struct sender *);

#endif
