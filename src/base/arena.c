/* arena - allocations that are freed together. */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/port.h"

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	size_t all;			/* bytes in this block and all older ones */
	alignas(max_align_t) char mem[];
};

/* with its header, 256 bytes of the allocator: most arenas hold only a few words */
#define BLOCK_FIRST	208
#define BLOCK_MOST	(64u << 10)

static _Noreturn void
out_of_memory(void)
{
	static const char words[] = "smtpsh: out of memory\n";
	ssize_t n = write(STDERR_FILENO, words, sizeof words - 1);
	(void)n;
	_exit(11);
}

void *
memory_get(size_t size)
{
	void *mem = malloc(size ? size : 1);
	if (!mem)
		out_of_memory();
	return mem;
}

void *
memory_zeroed(size_t size)
{
	void *mem = calloc(1, size ? size : 1);
	if (!mem)
		out_of_memory();
	return mem;
}

void *
memory_resize(void *old, size_t size)
{
	void *mem = realloc(old, size ? size : 1);
	if (!mem)
		out_of_memory();
	return mem;
}

FILE *
memory_file(char **text, size_t *size)
{
	FILE *file = open_memstream(text, size);
	if (!file)
		out_of_memory();
	return file;
}

static struct arena_block *
new_block(struct arena *a, size_t need)
{
	/* grow by half of what there is, so that no more than a third is wasted */
	size_t all = a->first ? a->first->all : 0,
	       size = all / 2 > BLOCK_FIRST ? all / 2 : BLOCK_FIRST;

	if (need > PTRDIFF_MAX)
		out_of_memory();
	if (size > BLOCK_MOST)
		size = BLOCK_MOST;
	if (size < need)
		size = need;

	struct arena_block *b = memory_get(sizeof *b + size);
	*b = (struct arena_block){ .next = a->first, .size = size, .all = all + size };
	a->first = b;
	return b;
}

static char *
take(struct arena *a, size_t size, size_t align)
{
	struct arena_block *b = a->first;
	size_t at = b ? (b->used + align - 1) & ~(align - 1) : 0;

	assert(align > 0 && (align & (align - 1)) == 0);
	assert(!b || b->used <= b->size);
	if (!b || at > b->size || b->size - at < size) {
		b = new_block(a, size);
		at = 0;
	}
	b->used = at + size;
	return b->mem + at;
}

void *
arena_get(struct arena *a, size_t size)
{
	return memset(take(a, size, alignof(max_align_t)), 0, size);
}

void *
arena_get_array(struct arena *a, size_t size, size_t n)
{
	if (n > PTRDIFF_MAX / size)
		out_of_memory();
	return arena_get(a, size * n);
}

void *
arena_more(struct arena *a, void *array, size_t n, size_t size)
{
	if (n & (n - 1))
		return array;
	void *more = arena_get_array(a, size, n ? 2 * n : 1);
	if (n > 0)
		memcpy(more, array, n * size);
	return more;
}

struct span
arena_copy(struct arena *a, struct span s)
{
	return (struct span){ arena_string(a, s), s.len };
}

char *
arena_string(struct arena *a, struct span s)
{
	char *mem = take(a, s.len + 1, 1);

	assert(s.at || s.len == 0);
	if (s.len > 0)
		memcpy(mem, s.at, s.len);
	mem[s.len] = '\0';
	return mem;
}

struct span
arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	int n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0)
		return SPAN_NONE;

	char *mem = take(a, (size_t)n + 1, 1);
	va_start(ap, format);
	vsnprintf(mem, (size_t)n + 1, format, ap);
	va_end(ap);
	return (struct span){ mem, (size_t)n };
}

struct span
arena_join(struct arena *a, struct span all, const char *glue, struct span more)
{
	return arena_printf(
	    a, "%.*s%s%.*s", SPAN_ARG(all), all.len > 0 ? glue : "", SPAN_ARG(more));
}

static void
free_blocks(struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;
		free(b);
		b = next;
	}
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b = a->first;

	if (!b)
		return;
	if (b->size > BLOCK_FIRST) {
		arena_release(a);
		return;
	}
	free_blocks(b->next);
	b->next = NULL;
	b->all = b->size;
	b->used = 0;
}

void
arena_release(struct arena *a)
{
	free_blocks(a->first);
	a->first = NULL;
}

void
arena_wipe(struct arena *a)
{
	for (struct arena_block *b = a->first; b; b = b->next)
		port_wipe(b->mem, b->used);
	arena_release(a);
}
