/*
 * A cursor over the words of one line. What cannot be parsed is blamed with file, line and column,
 * and the line goes along with the error, so that a person sees the place.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

/* Where a line stands: a file's name or "-" or "prompt", and the line, counted from 1. */
struct place {
	const char *file;
	unsigned line;
};
/*
 * Files of places, known by their addresses: the command line's -c, an option that stands for a
 * line, a line typed unseen.
 */
extern const char place_line[], place_option[], place_unseen[];
/*
 * Does the person say it, at the prompt or on the command line? A script says the rest, and is not
 * trusted with everything.
 */
bool place_is_ours(struct place);

/*
 * The arguments of a command while it is parsed; errors name file, line and column (from 1, in
 * octets).
 */
struct cursor {
	struct place place;
	struct span line;	/* all of it */
	struct span rest;	/* what is still to be read of it */
};
struct span cursor_word(struct cursor *);				/* empty at the end */
bool cursor_end(struct cursor *, struct err *);				/* nothing may follow */
/* ERR_USAGE, with the place; false */
bool cursor_fail(const struct cursor *, struct err *, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same, about a word that was taken already. */
bool cursor_blame(const struct cursor *, struct span word, struct err *, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* "500ms", "10s", "2m", "10" */
bool cursor_milliseconds(struct cursor *, struct span word, uint64_t *ms, struct err *);

/*
 * Does the line talk to smtpsh: "/" and a letter? Its name, without the slash, in *name when given.
 */
bool cursor_is_command(struct span line, struct span *name);

#endif
