/*
 * A cursor over the words of one line. Errors have the file, line, column and text of the line, so
 * that the user is shown the place.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

/* Where a line comes from: a file name, "-" or "prompt", and the line number, from 1. */
struct place {
	const char *file;
	unsigned line;
};
/*
 * Values of place.file, compared by address, for lines that are not from a file: -c on the command
 * line, an option that stands for a line, a line typed with echo off, one of several pasted lines.
 */
extern const char place_line[], place_option[], place_unseen[], place_pasted[];
/*
 * Whether the user entered the line, at the prompt or on the command line. Other lines come from a
 * script, which may not do everything.
 */
bool place_is_user(struct place);

/* The arguments of a command while it is parsed; columns in errors count bytes from 1. */
struct cursor {
	struct place place;
	struct span line;	/* all of it */
	struct span rest;	/* the part not yet read */
};
struct span cursor_word(struct cursor *);				/* empty at the end */
/* Returns false and sets err (ERR_USAGE) when more words follow. */
bool cursor_end(struct cursor *, struct err *);
/* Sets err (ERR_USAGE), with the place of the next word. Always returns false. */
bool cursor_fail(const struct cursor *, struct err *, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same, for a word that was already taken from the line. */
bool cursor_blame(const struct cursor *, struct span word, struct err *, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/*
 * Parses a time in the forms of quantity.h: "500ms", "1.5s", "2m"; "10" is in seconds. Returns
 * false and sets err (ERR_USAGE) for anything else.
 */
bool cursor_milliseconds(struct cursor *, struct span word, uint64_t *ms, struct err *);

/*
 * Whether the line is a command to smtpsh: "/" and a letter. Sets *name, unless NULL, to its name
 * without the slash.
 */
bool cursor_is_command(struct span line, struct span *name);

#endif
