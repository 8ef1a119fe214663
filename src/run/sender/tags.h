/* Tag lists, "v=DKIM1; p=…": what DKIM keys and DMARC records are made of (RFC 6376 3.2). */
#ifndef RUN_SENDER_TAGS_H
#define RUN_SENDER_TAGS_H

#include "base/span.h"

enum { TAGS_MAX = 32 };

struct tag {
	struct span name, value;	/* without the blanks around them */
};

struct tags {
	struct tag tag[TAGS_MAX];
	size_t n;
};

/*
 * What is given points into the text. False: *why says what is wrong; the tags before the wrong one
 * are there all the same.
 */
bool tags_parse(struct span text, struct tags *, const char **why);

/* NULL: there is none of this name; names are compared with their case. */
const struct tag *tags_find(const struct tags *, const char *name);

#endif
