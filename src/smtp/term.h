/*
 * A glossary of names beside the protocol's own that occur in replies, headers and the DNS: a row
 * each, with where it is defined.
 */
#ifndef SMTP_TERM_H
#define SMTP_TERM_H

#include "base/span.h"

struct term {
	const char *name;
	const char *kind;		/* what it is a name of: "channel binding" */
	const char *meaning;		/* a phrase without a full stop */
	const char *source;		/* the RFC, or who made it */
};

const struct term *term_find(struct span name);	/* in any case; NULL: none */
const struct term *term_row(size_t n);		/* NULL: no more */

#endif
