/*
 * What is often typed out of habit: options, words and values as other tools have them, and what
 * they are called here. One table; each has one sentence.
 */
#ifndef UI_OPTIONS_MISTAKES_H
#define UI_OPTIONS_MISTAKES_H

#include "base/span.h"

enum mistake {
	MISTAKE_OPTION, /* without its dashes */
	MISTAKE_PROBE,	/* an option of a probe, which has another answer */
	MISTAKE_WORD,	/* in place of a subcommand or a target */
	MISTAKE_VALUE,	/* of an option; its help is a word that some take */
};

/* What to do instead, by the first such row; NULL: it is none that is known. */
const char *mistake_help(enum mistake, struct span typed);
/* The i-th row's; NULL after the last. */
const char *mistake_row(size_t i, enum mistake *, const char **typed);

#endif
