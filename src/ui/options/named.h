/*
 * Names for targets during a session: /open NAME goes where the section of that name says, with its
 * options; they hold until another target is opened.
 */
#ifndef UI_OPTIONS_NAMED_H
#define UI_OPTIONS_NAMED_H

#include "ui/options/options.h"

struct named {
	struct options *o;
	struct session_env *env;
	const struct target *first;	/* the one on the command line; NULL: none */
	const struct config_section *section;	/* whose options hold; NULL: none */
	/* what holds without it */
	struct session_opts session;
	struct tls_opts tls;
	struct options *plain;	/* the same, when the command line has a name; NULL: it has none */
};

/* Makes the env know the names of the options' config; all must outlive it. */
void named_begin(struct named *, struct options *, struct session_env *, const struct target *);
void named_end(struct named *);

#endif
