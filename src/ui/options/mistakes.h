/*
 * Options, words and values that people type out of habit, from other tools, and what to use here
 * instead: one table, with one sentence for each.
 */
#ifndef UI_OPTIONS_MISTAKES_H
#define UI_OPTIONS_MISTAKES_H

#include "base/span.h"

enum mistake {
	MISTAKE_OPTION, /* without its dashes */
	MISTAKE_PROBE,	/* the same, for `probe`; overrides MISTAKE_OPTION */
	MISTAKE_WORD,	/* in place of a subcommand or a target */
	MISTAKE_VALUE,	/* a value; its help is the word to use, if the option has it */
};

/* Returns what to do instead, from the first matching row; NULL: not a known mistake. */
const char *mistake_help(enum mistake, struct span typed);
/* Returns the help of the i-th row, and sets its kind and what is typed; NULL after the last. */
const char *mistake_row(size_t i, enum mistake *, const char **typed);

#endif
