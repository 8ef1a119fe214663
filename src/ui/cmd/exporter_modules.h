/*
 * The modules of `smtpsh exporter`: named sets of a probe's options, built in or from an ini
 * file. They are read once, at the start, so that errors in them are reported then.
 */
#ifndef UI_CMD_EXPORTER_MODULES_H
#define UI_CMD_EXPORTER_MODULES_H

#include "ui/options/options.h"

struct probe_module {
	struct probe_module *next;
	const char *name;		/* letters, digits, "_", "-" and "." */
	struct arena arena;
	struct options o;		/* of SCOPE_PROBE; each probe works on a copy */
	const struct program *program;	/* for options_read */
	/* its options for display, without credentials and file names */
	const char *shown;
	bool given;			/* its line of options was read */
	bool timed;			/* its options set how long a probe may take */
	struct session_env env;		/* set up by --ca, --cert and --dns */
	unsigned long long done[2];	/* number of probes that failed [0] and passed [1] */
};

/*
 * Reads the modules; those in `file` override built-in ones of the same name. `file` NULL: only the
 * built-in ones. Returns NULL and sets err.
 */
struct probe_module *modules_read(
    struct loop *, const struct program *, const char *file, struct err *);
void modules_free(struct probe_module *);
/* NULL: no such module */
struct probe_module *module_find(struct probe_module *, const char *name);
bool module_has_secret(const struct probe_module *);	/* whether it logs in */

#endif
