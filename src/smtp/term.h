/*
 * A glossary of names that occur in replies, message headers and the DNS, other than commands,
 * extensions and codes, with their meaning and source.
 */
#ifndef SMTP_TERM_H
#define SMTP_TERM_H

#include "base/span.h"

struct term {
	const char *name;
	const char *kind;		/* "channel binding" */
	const char *meaning;		/* a phrase without a full stop */
	const char *source;		/* the RFC, or who made it */
};

const struct term *term_find(struct span name);	/* in any case; NULL: unknown */
const struct term *term_row(size_t n);		/* the n-th row; NULL: no more */

#endif
