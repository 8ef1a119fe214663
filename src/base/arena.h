/*
 * Allocations that are freed together, such as those of a script, an EHLO reply, or an exchange. A
 * single one cannot be freed. Nothing here returns NULL: when memory runs out, the process exits
 * with a message (status 11).
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdio.h>

#include "base/span.h"

/* {0} is an empty arena. */
struct arena {
	struct arena_block *first;	/* the newest, which links to the older ones */
};

/* Return zeroed memory, aligned for any type, that lives until arena_release or arena_reset. */
void *arena_get(struct arena *, size_t size) __attribute__((returns_nonnull));
void *arena_get_array(struct arena *, size_t size, size_t n) __attribute__((returns_nonnull));
/*
 * Returns the array with room for one more element after its n, which moves it at each power of
 * two. The array must have grown this way from NULL, one element at a time:
 * x->line = arena_more(arena, x->line, x->nlines, sizeof *x->line);
 */
void *arena_more(struct arena *, void *array, size_t n, size_t size)
    __attribute__((returns_nonnull));
#define ARENA_NEW(arena, type)		((type *)arena_get((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_get_array((arena), sizeof(type), (n)))

/* Copies bytes, without alignment. */
struct span arena_copy(struct arena *, struct span);
/* The same, with a NUL after them. */
char *arena_string(struct arena *, struct span) __attribute__((returns_nonnull));
struct span arena_printf(struct arena *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns `all`, `glue` and `more` joined; `more` alone when `all` is empty. */
struct span arena_join(struct arena *, struct span all, const char *glue, struct span more);

/* Frees everything except one small block, which is kept for reuse. */
void arena_reset(struct arena *);
void arena_release(struct arena *);	/* frees everything; the arena is {0} again */
/* Like arena_release, but overwrites the memory first, because it held secrets. */
void arena_wipe(struct arena *);

/* malloc, calloc and realloc that exit instead of failing; the caller frees with free(3). */
void *memory_get(size_t size) __attribute__((returns_nonnull));
void *memory_zeroed(size_t size) __attribute__((returns_nonnull));
void *memory_resize(void *, size_t size) __attribute__((returns_nonnull));
/* open_memstream(3); the caller calls fclose(3) and then frees the text. */
FILE *memory_file(char **text, size_t *size) __attribute__((returns_nonnull));

#endif
