/* secret - secrets in memory, which are wiped. */
#include "base/secret.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/port.h"

void
secret_set(struct secret *s, struct span value)
{
	char *copy = memory_get(value.len + 1);

	if (value.len > 0)
		memcpy(copy, value.at, value.len);
	copy[value.len] = '\0';
	secret_release(s);
	*s = (struct secret){ copy, value.len };
}

struct span
secret_span(const struct secret *s)
{
	return (struct span){ s->at, s->len };
}

void
secret_release(struct secret *s)
{
	if (s->at)
		port_wipe(s->at, s->len);
	free(s->at);
	*s = (struct secret){ 0 };
}

void
secret_wipe(struct span s)
{
	char *at;

	memcpy(&at, &s.at, sizeof at);		/* casts const away; the memory is writable */
	if (s.len > 0)
		port_wipe(at, s.len);
}

void
secret_release_buf(struct buf *b)
{
	if (b->mem)
		port_wipe(b->mem, b->cap);
	buf_release(b);
}
