/* sts - the MTA-STS policy of a domain, and what it makes of the connection. */
#include "ui/show/show_line.h"
#include "ui/show/sts_words.h"

void
show_sts(struct screen *s, const struct event *e, const struct sts *sts, enum sts_verdict verdict)
{
	bool broken = sts->state != STS_FOUND && sts->state != STS_NONE, bad;
	struct span what = sts_verdict_words(&s->arena, sts, verdict, e->cert.host, &bad);
	struct flow f = show_begin(s, broken ? MARK_PROBLEM : MARK_NOTE, e);

	flow_print(&f, INK_PLAIN, "MTA-STS: ");
	flow_put(&f, broken ? INK_BAD : INK_PLAIN, sts_policy_words(&s->arena, sts));
	flow_end(&f);
	if (what.len == 0)
		return;
	f = show_begin(s, bad ? MARK_PROBLEM : MARK_NOTE, e);
	flow_print(&f, INK_PLAIN, "MTA-STS: ");
	flow_put(&f, bad ? INK_BAD : verdict == STS_ALLOWS ? INK_GOOD : INK_WARN, what);
	flow_end(&f);
}
