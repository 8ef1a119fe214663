/* Names beside the protocol's own that stand in replies, headers and the DNS: a row each, with where it is defined. */
#ifndef SMTP_TERM_H
#define SMTP_TERM_H

#include "base/span.h"

struct term {
	const char *name, *kind, *meaning, *source;
};

const struct term *term_find(struct span name);	/* in any case; NULL: none */
const struct term *term_row(size_t n);		/* NULL: no more */

#endif
