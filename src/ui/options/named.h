/*
 * Named targets during a session: /open NAME connects to the target in the section of that name,
 * with the section's options, which stay in effect until another target is opened.
 */
#ifndef UI_OPTIONS_NAMED_H
#define UI_OPTIONS_NAMED_H

#include "ui/options/options.h"

struct named {
	struct options *o;
	struct session_env *env;
	const struct target *first;	/* the target of the command line; NULL: none */
	const struct config_section *section;	/* whose options are in effect; NULL: none */
	/* what is in effect without the section */
	struct session_opts session;
	struct tls_opts tls;
	struct options *plain;	/* the options without it; NULL: the command line names none */
};

/* Makes the named targets of the options' config known to the env. All of these must outlive it. */
void named_begin(struct named *, struct options *, struct session_env *, const struct target *);
void named_end(struct named *);

#endif
