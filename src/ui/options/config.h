/*
 * The user's file of options, aliases and names for targets:
 *
 *	[defaults]			options by their long names, of every subcommand
 *	helo = me.example.org
 *	[aliases]			lines that /NAME sends at the prompt
 *	hi = EHLO me.example.org
 *	[work]				a name for a target, with options of its own
 *	target = submission://smtp.example.org
 *	user = me
 *
 * It has no password, only where one is; a file that others may write is refused. An option that
 * loosens security or that is a secret's place is taken in the section of a target alone.
 */
#ifndef UI_OPTIONS_CONFIG_H
#define UI_OPTIONS_CONFIG_H

#include "ui/options/options.h"

enum { CONFIG_MAX = 256 << 10 }; /* octets */

struct config_line {
	struct config_line *next;
	struct span name, value; /* of an option */
	unsigned number;
};

struct config_section {
	struct config_section *next;
	const char *name;
	struct span target; /* as written */
	unsigned number;    /* of its line */
	struct config_line *first;
};

struct config_alias {
	struct config_alias *next;
	struct span name, line;
};

struct config {
	const char *path;
	struct config_line *defaults;
	struct config_section *sections;
	struct config_alias *aliases;
};

/*
 * Reads $XDG_CONFIG_HOME/smtpsh/config, else ~/.config/smtpsh/config, into the arena; where there
 * is none, or neither is known, the config is empty. False with err
 * (ERR_USAGE, with file and line): it cannot be read, others may write it, a name in it is unknown
 * or may not stand there. Values are judged when they are used.
 */
bool config_read(struct config *, struct arena *, const struct program *, struct err *);
/* The same of a text, which must outlive it; ->path, set by the caller, is named in err. */
bool config_parse(
    struct config *, struct span text, struct arena *, const struct program *, struct err *);

/* NULL: no such section, or no config. */
const struct config_section *config_find(const struct config *, struct span name);
/* The line that an alias stands for; empty: there is none. */
struct span config_alias(const struct config *, struct span name);

/*
 * Why an option with this value is taken on the command line and in a target's section only; NULL:
 * it is taken everywhere.
 */
const char *config_reserves(const struct option *, struct span value);

#endif
