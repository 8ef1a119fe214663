/*
 * The modules of `smtpsh exporter`: sets of a probe's options by name, built in or from an ini
 * file. They are read once, at the start, so that what is wrong with them is said then.
 */
#ifndef UI_CMD_EXPORTER_MODULES_H
#define UI_CMD_EXPORTER_MODULES_H

#include "ui/options/options.h"

struct probe_module {
	struct probe_module *next;
	const char *name;		/* letters, digits, "_", "-" and "." */
	struct arena arena;
	struct options o;		/* of SCOPE_PROBE; probes have copies */
	const struct program *program;	/* what its options may name */
	bool said;			/* its line of options was read */
	bool timed;			/* its options say how long a probe may take */
	struct session_env env;		/* what --ca, --cert and --dns ask for */
	unsigned long long done[2];	/* probes that failed, that passed */
};

/* `file` may be NULL; what it defines goes before what is built in. NULL with err. */
struct probe_module *modules_read(
    struct loop *, const struct program *, const char *file, struct err *);
void modules_free(struct probe_module *);
/* NULL: there is none */
struct probe_module *module_find(struct probe_module *, const char *name);
bool module_has_secret(const struct probe_module *);	/* it logs in */

#endif
