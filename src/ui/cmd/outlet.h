/*
 * Where events go when there is no prompt: to the screen or as JSON to standard output, and to a
 * log.
 */
#ifndef UI_CMD_OUTLET_H
#define UI_CMD_OUTLET_H

#include "ui/show/exit_status.h"
#include "ui/show/json.h"
#include "ui/show/log.h"
#include "ui/options/options.h"

struct outlet {
	struct screen *screen;
	struct json *json;		/* instead of the screen */
	struct log *log;
	struct blame *blame;		/* receives every event; NULL: none */
};

bool outlet_open(struct outlet *, struct screen *, struct options *, struct err *);
/* Returns `status`, or the log's error when that is 0. */
int outlet_close(struct outlet *, int status);
void outlet_event(void *outlet, const struct event *);	/* an event_fn */

#endif
