/* exit_status - exit statuses as other tools have them. */
#include "ui/show/exit_status.h"

enum { SWAKS_BANNER = 21, SWAKS_MESSAGE = 26, SWAKS_TLS_HELLO = 32 };

/* swaks's exit status for a failure at this command. */
static const struct {
	enum verb verb;
	int swaks;
} stages[] = {
	{ VERB_EHLO, 22 },
	{ VERB_HELO, 22 },
	{ VERB_LHLO, 22 },
	{ VERB_MAIL, 23 },
	{ VERB_RCPT, 24 },
	{ VERB_DATA, 25 },
	{ VERB_BDAT, SWAKS_MESSAGE },
	{ VERB_QUIT, 27 },
	{ VERB_AUTH, 28 },
	{ VERB_STARTTLS, 29 },
	{ VERB_XCLIENT, 33 },
};

static int
stage_of(enum verb verb, bool tls)
{
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
		if (stages[i].verb == verb)
			return tls && stages[i].swaks == 22 ? SWAKS_TLS_HELLO : stages[i].swaks;
	return 0;
}

static int
stage_of_sent(const struct event *e)
{
	if (e->sent.kind == SENT_COMMAND ||
	    (e->sent.kind == SENT_SECRET && verb_of(e->sent.text, NULL) == VERB_AUTH))
		return stage_of(verb_of(e->sent.text, NULL), e->tls);
	return e->sent.kind == SENT_SECRET ? stage_of(VERB_AUTH, e->tls) : SWAKS_MESSAGE;
}

void
blame_event(struct blame *b, const struct event *e)
{
	int stage;

	if (e->kind == EVENT_CONNECTED)
		b->sent = SWAKS_BANNER;
	if (e->kind == EVENT_SENT)
		b->sent = stage_of_sent(e);
	if (e->err == ERR_NONE || err_worse(b->kind, e->err) == b->kind)
		return;
	stage = b->sent;
	/* in a pipelined group, the command that was rejected */
	if (e->kind == EVENT_REPLY && !e->answer.banner)
		stage = e->answer.dot ? SWAKS_MESSAGE : stage_of(e->answer.verb, e->tls);
	b->kind = e->err;
	b->stage = stage;
}

int
exit_status(enum exit_style style, const struct blame *b, int status)
{
	if (style == EXIT_OWN || status < 0 || status > ERR_UNKNOWN)
		return status;
	if (style == EXIT_SYSEXITS)
		return err_sysexits((enum err_kind)status);
	bool staged = status == ERR_TEMPORARY || status == ERR_REFUSED || status == ERR_TIMEOUT;
	return staged && b->stage ? b->stage : err_swaks((enum err_kind)status);
}
