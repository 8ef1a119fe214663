/* sts - the MTA-STS policy of a domain, and what it means for the connection. */
#include "ui/show/show_line.h"

#include "base/text.h"
#include "ui/show/sts.h"

/* ---- MTA-STS in words */

enum { MX_SHOWN = 6 };

static struct span
sts_how_long(struct arena *arena, uint64_t seconds)
{
	static const struct {
		unsigned seconds;
		const char *name;
	} units[] = {
		{ 86400, "day" },
		{ 3600, "hour" },
		{ 60, "minute" },
		{ 1, "second" },
	};
	size_t i = 0;

	while (i < 3 && seconds < units[i].seconds)
		i++;
	unsigned long long n = seconds / units[i].seconds;
	return arena_printf(arena, "%llu %s%s", n, units[i].name, n == 1 ? "" : "s");
}

static struct span
sts_hosts(struct arena *arena, const struct sts_policy *p)
{
	struct span all = SPAN("");

	for (size_t i = 0; i < p->nmx && i < MX_SHOWN; i++)
		all = arena_join(arena, all, ", ", p->mx[i]);
	if (p->nmx > MX_SHOWN)
		all = arena_printf(arena, "%.*s and %zu more", SPAN_ARG(all), p->nmx - MX_SHOWN);
	return text_safe(arena, all);
}

struct span
sts_policy_words(struct arena *arena, const struct sts *sts)
{
	static const char *const state[] = {
		[STS_NONE] = "has no record at",
		[STS_UNKNOWN] = "could not be queried for its record at",
		[STS_BAD_RECORD] = "has an invalid record at",
		[STS_UNREACHED] = "has a record, but its policy cannot be fetched from https:",
		[STS_UNABLE] = "may have a policy (unknown)",
		[STS_BAD_POLICY] = "has a record, but no valid policy",
	};
	const struct sts_policy *p = &sts->policy;
	struct span domain = text_safe(arena, sts->domain), why = text_safe(arena, sts->why);

	if (sts->state == STS_FOUND)
		return arena_printf(arena, "%.*s says %s (for %.*s, id %.*s)%s%.*s",
		    SPAN_ARG(domain), sts_mode_word(p->mode),
		    SPAN_ARG(sts_how_long(arena, p->max_age)), SPAN_ARG(sts->id),
		    p->nmx ? ": " : "", SPAN_ARG(sts_hosts(arena, p)));
	if (sts->state == STS_UNREACHED)
		return arena_printf(arena, "%.*s %s//mta-sts.%.*s/.well-known/mta-sts.txt: %.*s",
		    SPAN_ARG(domain), state[sts->state], SPAN_ARG(domain), SPAN_ARG(why));
	if (sts->state == STS_BAD_POLICY || sts->state == STS_UNABLE)
		return arena_printf(
		    arena, "%.*s %s: %.*s", SPAN_ARG(domain), state[sts->state], SPAN_ARG(why));
	return arena_printf(arena, "%.*s %s _mta-sts.%.*s: %.*s", SPAN_ARG(domain),
	    state[sts->state], SPAN_ARG(domain), SPAN_ARG(why));
}

struct span
sts_verdict_words(struct arena *arena, const struct sts *sts, enum sts_verdict verdict,
    struct span host, bool *bad)
{
	static const char *const because[] = {
		[STS_NOT_LISTED] = "the policy does not list it",
		[STS_NO_TLS] = "it is unencrypted",
		[STS_NOT_VERIFIED] = "certificate verification failed",
	};
	struct span safe = text_safe(arena, host);

	*bad = false;
	if (verdict == STS_NO_OPINION)
		return SPAN("");
	if (verdict == STS_ALLOWS)
		return arena_printf(arena,
		    "it allows %.*s: the policy lists it, and its certificate is verified",
		    SPAN_ARG(safe));
	*bad = sts->policy.mode == STS_MODE_ENFORCE;
	return arena_printf(arena, "%s %.*s, because %s (RFC 8461 %s)",
	    *bad ? "senders that honor it do not deliver to" : "senders that honor it report",
	    SPAN_ARG(safe), because[verdict], verdict == STS_NOT_LISTED ? "4.1" : "4.2");
}

/* ---- on the screen */

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
