/* buf - a byte queue with a maximum size. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

#define BUF_FIRST 256

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_release(struct buf *b)
{
	free(b->mem);
	*b = (struct buf){ .max = b->max };
}

struct span
buf_span(const struct buf *b)
{
	return (struct span){ b->mem ? b->mem + b->head : NULL, b->tail - b->head };
}

/* Detects a caller that wrote more than the room it had reserved. */
static void
check(const struct buf *b)
{
	assert(b->head <= b->tail && b->tail <= b->cap && b->tail - b->head <= b->max);
}

static void
grow(struct buf *b, size_t need)
{
	size_t used = b->tail - b->head;
	size_t cap = b->cap ? b->cap : BUF_FIRST;

	if (b->head > 0) {
		memmove(b->mem, b->mem + b->head, used);
		b->head = 0;
		b->tail = used;
	}
	while (cap < used + need)
		cap *= 2;
	if (cap != b->cap) {
		b->mem = memory_resize(b->mem, cap);
		b->cap = cap;
	}
}

char *
buf_reserve(struct buf *b, size_t want, size_t *room)
{
	size_t left = b->max - (b->tail - b->head);

	check(b);
	if (want > left)
		want = left;
	*room = want;
	if (want == 0)
		return NULL;
	if (b->cap - b->tail < want)
		grow(b, want);
	return b->mem + b->tail;
}

void
buf_commit(struct buf *b, size_t n)
{
	assert(n <= b->cap - b->tail && n <= b->max - (b->tail - b->head));
	b->tail += n;
}

bool
buf_append(struct buf *b, struct span s)
{
	size_t room;

	check(b);
	if (s.len > b->max - (b->tail - b->head))
		return false;
	if (s.len == 0)
		return true;
	assert(!b->mem || (uintptr_t)s.at - (uintptr_t)b->mem >= b->cap);
	memcpy(buf_reserve(b, s.len, &room), s.at, s.len);
	buf_commit(b, s.len);
	return true;
}

bool
buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap;
	char small[512];

	va_start(ap, format);
	int n = vsnprintf(small, sizeof small, format, ap);
	va_end(ap);
	if (n < 0)
		return false;
	if ((size_t)n < sizeof small)
		return buf_append(b, (struct span){ small, (size_t)n });

	char *large = memory_get((size_t)n + 1);
	va_start(ap, format);
	vsnprintf(large, (size_t)n + 1, format, ap);
	va_end(ap);
	bool fits = buf_append(b, (struct span){ large, (size_t)n });
	free(large);
	return fits;
}

void
buf_consume(struct buf *b, size_t n)
{
	assert(n <= b->tail - b->head);
	b->head += n;
	if (b->head == b->tail)
		buf_release(b);
}
