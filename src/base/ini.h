/*
 * Parses ini files, line by line: "[section]", "key = value", and comments that begin with "#" or
 * ";". The caller decides which names are valid.
 */
#ifndef BASE_INI_H
#define BASE_INI_H

#include "base/span.h"

struct ini_line {
	enum { INI_SECTION, INI_KEY } kind;
	/* what is between the brackets, or before the "=", trimmed */
	struct span name;
	struct span value; /* of a key: what follows the "=", trimmed */
	/* well formed: a section's line ends with its bracket, a key's line has a "=" */
	bool whole;
	unsigned number; /* of the line, from 1 */
};

/* The initial state is the text of the file in ->rest, and line 0. */
struct ini {
	struct span rest;
	unsigned line;
};

/* Takes the next line that is neither empty nor a comment. False at the end. */
bool ini_next(struct ini *, struct ini_line *);

/*
 * Takes a word of a list separated by spaces; in single or double quotes it may contain spaces.
 * False at the end.
 */
bool ini_word(struct span *rest, struct span *word);

#endif
