/* The SASL mechanisms met in SMTP: what each sends and what it needs (RFC 4422). */
#ifndef SMTP_MECHANISM_H
#define SMTP_MECHANISM_H

#include "base/span.h"

enum mechanism_kind {
	/* the password itself goes over the wire: within TLS only */
	MECHANISM_PASSWORD,
	MECHANISM_PROOF,		/* only a proof of it */
	MECHANISM_TOKEN,		/* a bearer token: within TLS only */
	/* who it is is known otherwise: a certificate, a ticket, nobody */
	MECHANISM_OUTSIDE,
	MECHANISM_OLD,			/* broken or historic */
};

struct mechanism_info {
	const char *name;
	const char *source;		/* the RFC, or who made it */
	enum mechanism_kind kind;
	const char *meaning;		/* a sentence without its full stop */
};
/* in any case; with -PLUS too; NULL: not known */
const struct mechanism_info *mechanism_info(struct span name);
const struct mechanism_info *mechanism_row(size_t n);		/* the whole table; NULL: no more */
const char *mechanism_kind_text(enum mechanism_kind);

#endif
