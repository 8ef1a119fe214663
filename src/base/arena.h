/*
 * Allocations that die together: one arena a script, one an EHLO state, one an exchange. Nothing in
 * it is freed by itself. Running out of memory ends the process with a message (exit status 11):
 * nothing here returns NULL.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdio.h>

#include "base/span.h"

/* {0} is an empty arena. */
struct arena {
	struct arena_block *first;	/* the newest; it links to the older ones */
};

/* Zeroed, aligned for any type, alive until arena_release or arena_reset. */
void *arena_get(struct arena *, size_t size) __attribute__((returns_nonnull));
void *arena_get_array(struct arena *, size_t size, size_t n) __attribute__((returns_nonnull));
/*
 * Room for an element after the n of an array that grew so from nothing; at each power of two it
 * moves. x->line = arena_more(arena, x->line, x->nlines, sizeof *x->line);
 */
void *arena_more(struct arena *, void *array, size_t n, size_t size)
    __attribute__((returns_nonnull));
#define ARENA_NEW(arena, type)		((type *)arena_get((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_get_array((arena), sizeof(type), (n)))

/* Octets, packed: aligned for char alone. */
struct span arena_copy(struct arena *, struct span);
/* The same, followed by a NUL. */
char *arena_string(struct arena *, struct span) __attribute__((returns_nonnull));
struct span arena_printf(struct arena *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `all`, `glue` and `more`; `more` alone where `all` is empty. */
struct span arena_join(struct arena *, struct span all, const char *glue, struct span more);

/* Frees everything, but keeps one small block for the next use. */
void arena_reset(struct arena *);
void arena_release(struct arena *);	/* frees everything; the arena is {0} again */
/* The same, overwriting the memory first: it held secrets. */
void arena_wipe(struct arena *);

/* malloc, calloc and realloc that end the process instead of failing; the memory is free()'s. */
void *memory_get(size_t size) __attribute__((returns_nonnull));
void *memory_zeroed(size_t size) __attribute__((returns_nonnull));
void *memory_resize(void *, size_t size) __attribute__((returns_nonnull));
/* open_memstream(3): fclose() it, then free the text. */
FILE *memory_file(char **text, size_t *size) __attribute__((returns_nonnull));

#endif
