/* quiet - one table of what kind each event is, and what each level leaves out. */
#include "ui/show/quiet.h"

enum part {
	PART_REMARK,			/* our own remarks: connected, TLS, notes */
	PART_DIALOGUE,			/* what was sent and received */
	PART_ASKED,			/* output of commands: /ext, /cert, /info */
	PART_PROBLEM,
	PART_RESULT,			/* the verdict on a message */
};

/* usual: its kind; failed: its kind if something is wrong */
static const struct { enum part usual, failed; } parts[EVENT_COUNT] = {
	[EVENT_NOTE] = { PART_REMARK, PART_PROBLEM },
	[EVENT_PROBLEM] = { PART_PROBLEM, PART_PROBLEM },
	[EVENT_RESOLVED] = { PART_REMARK, PART_ASKED },
	[EVENT_ATTEMPT] = { PART_PROBLEM, PART_PROBLEM },
	[EVENT_CONNECTED] = { PART_REMARK, PART_REMARK },
	[EVENT_SENT] = { PART_DIALOGUE, PART_DIALOGUE },
	[EVENT_REPLY] = { PART_DIALOGUE, PART_PROBLEM },
	[EVENT_EXTENSIONS] = { PART_REMARK, PART_REMARK },
	[EVENT_TLS] = { PART_REMARK, PART_PROBLEM },
	[EVENT_OFFERS] = { PART_ASKED, PART_ASKED },
	[EVENT_CERT] = { PART_ASKED, PART_ASKED },
	[EVENT_INFO] = { PART_ASKED, PART_ASKED },
	[EVENT_CLOSED] = { PART_REMARK, PART_PROBLEM },
	[EVENT_COMMAND] = { PART_DIALOGUE, PART_DIALOGUE },
	[EVENT_MESSAGE] = { PART_DIALOGUE, PART_DIALOGUE },
	[EVENT_ANSWERED] = { PART_DIALOGUE, PART_DIALOGUE },
	[EVENT_QUESTION] = { PART_ASKED, PART_ASKED },
	[EVENT_DELIVERY] = { PART_RESULT, PART_RESULT },
	[EVENT_UNSENT] = { PART_PROBLEM, PART_PROBLEM },
	[EVENT_STEP_ENDED] = { PART_REMARK, PART_REMARK },
};

/* The verdict has a row for each recipient, with the reply. */
static bool
is_in_verdict(const struct screen *s, const struct event *e)
{
	return s->verdict_only && (e->answer.verb == VERB_RCPT || e->answer.dot);
}

static bool
failed(const struct screen *s, const struct event *e)
{
	switch (e->kind) {
	case EVENT_RESOLVED:
		return e->resolved.asked;
	case EVENT_REPLY:
		return (e->err != ERR_NONE || e->answer.standing == REPLY_OUT_OF_STEP) &&
		    !is_in_verdict(s, e);
	case EVENT_TLS:
		return e->shaken.info->nproblems > 0;
	case EVENT_CLOSED:
		return !e->closed.expected;
	default:
		return e->err != ERR_NONE;
	}
}

bool
quiet_hides(const struct screen *s, const struct event *e)
{
	enum part part = failed(s, e) ? parts[e->kind].failed : parts[e->kind].usual;

	if (s->verbose >= 0)
		return false;
	return s->verbose < -1 || part == PART_REMARK ||
	    (part == PART_DIALOGUE && s->verdict_only);
}
