/*
 * A cursor over the words of one line. An error names file, line and column, and carries the
 * line, so that the user sees the place.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

/* Where a line comes from: a file name or "-" or "prompt", and the line number, from 1. */
struct place {
	const char *file;
	unsigned line;
};
/*
 * Values of place.file for what is no file, compared by address: -c on the command line, an
 * option that stands for a line, a line typed with echo off, one of several that were pasted.
 */
extern const char place_line[], place_option[], place_unseen[], place_pasted[];
/*
 * Whether the user gave the line, at the prompt or on the command line. Other lines come from a
 * script, which is not trusted with everything.
 */
bool place_is_user(struct place);

/* The arguments of a command while it is parsed; columns count octets from 1. */
struct cursor {
	struct place place;
	struct span line;	/* all of it */
	struct span rest;	/* the part not yet read */
};
struct span cursor_word(struct cursor *);				/* empty at the end */
/* false with err (ERR_USAGE) when anything follows */
bool cursor_end(struct cursor *, struct err *);
/* Sets err (ERR_USAGE) with the place. Always false. */
bool cursor_fail(const struct cursor *, struct err *, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same, about a word that was already taken from the line. */
bool cursor_blame(const struct cursor *, struct span word, struct err *, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Parses a time as quantity.h has it: "500ms", "1.5s", "2m"; "10" is seconds. False with err. */
bool cursor_milliseconds(struct cursor *, struct span word, uint64_t *ms, struct err *);

/*
 * Whether the line is a command to smtpsh: "/" and a letter. Its name, without the slash, goes to
 * *name unless that is NULL.
 */
bool cursor_is_command(struct span line, struct span *name);

#endif
