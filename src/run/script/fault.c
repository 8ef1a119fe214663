/* fault - the table of what a rule does to the connection besides replying. */
#include "run/script/fault.h"

#include "run/session/session.h"

const struct fault faults[] = {
	{ "close", "Close the connection", session_shut },
	/* A reset discards what has not reached the peer, even the reply. */
	{ "rst", "Reset the connection (TCP RST)", session_reset, .when_delivered = true },
	{ "stay", "Keep the connection open, whatever --fail-fast says", NULL },
	{ .name = NULL },
};

const struct fault *const fault_close = &faults[0];

const struct fault *
fault_find(struct span name)
{
	for (const struct fault *f = faults; f->name; f++)
		if (span_eq(name, span_of(f->name)))
			return f;
	return NULL;
}
