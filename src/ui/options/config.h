/*
 * The user's configuration file: options, aliases and named targets.
 *
 *	[defaults]			options of any subcommand, by their long names
 *	helo = me.example.org
 *	[aliases]			lines that /NAME sends at the prompt
 *	hi = EHLO me.example.org
 *	[work]				a named target, with options of its own
 *	target = submission://smtp.example.org
 *	user = me
 *
 * The file never contains a password, only where to find one. A file that others may write is
 * rejected. An option that loosens security or says where a secret is may appear only in the
 * section of a target.
 */
#ifndef UI_OPTIONS_CONFIG_H
#define UI_OPTIONS_CONFIG_H

#include "ui/options/options.h"

enum { CONFIG_MAX = 256 << 10 }; /* bytes */

struct config_line {
	struct config_line *next;
	struct span name, value; /* of an option */
	unsigned number;
};

struct config_section {
	struct config_section *next;
	const char *name;
	struct span target; /* as written */
	unsigned number;    /* of the line of its header */
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
 * Reads $XDG_CONFIG_HOME/smtpsh/config, else ~/.config/smtpsh/config, into the arena. The config is
 * empty when the file does not exist or neither directory is known. Returns false and sets err
 * (ERR_USAGE, with file and line) when the file cannot be read, others may write it, or a name in
 * it is unknown or not allowed there. Values are checked only when they are used.
 */
bool config_read(struct config *, struct arena *, const struct program *, struct err *);
/*
 * Like config_read, for a text, which must outlive the config; the caller sets ->path, for errors.
 */
bool config_parse(
    struct config *, struct span text, struct arena *, const struct program *, struct err *);

/* Returns the section of a named target. NULL: no such section, or no config. */
const struct config_section *config_find(const struct config *, struct span name);
/* Returns the line that an alias stands for; empty: no such alias. */
struct span config_alias(const struct config *, struct span name);

/*
 * Returns why an option with this value is accepted only on the command line and in the section of
 * a target; NULL: it is accepted everywhere.
 */
const char *config_reserves(const struct option *, struct span value);

#endif
