/* Tag lists, "v=DKIM1; p=…", the syntax of DKIM keys and DMARC records (RFC 6376 3.2). */
#ifndef RUN_SENDER_TAGS_H
#define RUN_SENDER_TAGS_H

#include "base/span.h"

enum { TAGS_MAX = 32 };

struct tag {
	struct span name, value;	/* trimmed */
};

struct tags {
	struct tag tag[TAGS_MAX];
	size_t n;
};

/*
 * Parses a tag list; tags point into `text`. Returns false and sets *why on an error, with the tags
 * before it kept.
 */
bool tags_parse(struct span text, struct tags *, const char **why);

/* Returns the tag of a name, which is case-sensitive; NULL: none. */
const struct tag *tags_find(const struct tags *, const char *name);

#endif
