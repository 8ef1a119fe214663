/*
 * One line of a list of targets: a target, followed by "key=value" words, which are options of the
 * probe or the target's name in reports.
 */
#ifndef UI_OPTIONS_TARGET_LINE_H
#define UI_OPTIONS_TARGET_LINE_H

#include "ui/options/options.h"

struct target_line {
	struct target target;
	const char *name;		/* its name in reports; NULL: as written */
	/* passed to fleet_add, which then owns it; NULL: the common spec */
	const struct fleet_spec *own;
};

/*
 * Parses a line into the arena. `all` are the prepared options of all targets. Returns false and
 * sets err when the line is malformed.
 */
bool target_line_read(struct target_line *, const struct options *all, struct span line,
    struct arena *, struct err *);

#endif
