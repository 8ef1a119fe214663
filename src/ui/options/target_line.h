/*
 * One line of a fleet's list: a target, and behind it "key=value", an option of a probe or its
 * name.
 */
#ifndef UI_OPTIONS_TARGET_LINE_H
#define UI_OPTIONS_TARGET_LINE_H

#include "ui/options/options.h"

struct target_line {
	struct target target;
	const char *name;		/* what it is called in reports; NULL: as it is written */
	/* for fleet_add, which then releases it; NULL: that of all is meant */
	const struct fleet_spec *own;
};

/*
 * What the line says lies in the arena. `all` are the prepared options of every target. False with
 * err: it is none.
 */
bool target_line_read(struct target_line *, const struct options *all, struct span line,
    struct arena *, struct err *);

#endif
