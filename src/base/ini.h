/*
 * Ini files, line by line: "[section]", "key = value", comments that begin with "#" or ";". What
 * the names mean is the reader's affair.
 */
#ifndef BASE_INI_H
#define BASE_INI_H

#include "base/span.h"

struct ini_line {
	enum { INI_SECTION, INI_KEY } kind;
	/* what is between the brackets, or before the "="; without white space at its ends */
	struct span name;
	struct span value; /* of a key, what is behind the "=", trimmed */
	/* a section: the line ends with its bracket. A key: it has a "=" */
	bool whole;
	unsigned number; /* of the line, from 1 */
};

/* Begins with the text of the file in ->rest. */
struct ini {
	struct span rest;
	unsigned line;
};

/* Takes the next line that is neither empty nor a comment. False at the end. */
bool ini_next(struct ini *, struct ini_line *);

/*
 * Takes a word of a list, as an option or its value; in quotes, single or double, it may have
 * spaces. False at the end.
 */
bool ini_word(struct span *rest, struct span *word);

#endif
