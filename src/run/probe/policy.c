/* policy - looks up the MTA-STS policy and the TLSRPT record of a domain. */
#include "run/probe/policy.h"

#include <stdlib.h>

struct policy {
	struct arena *arena;
	policy_fn *fn;
	void *ctx;
	struct span domain;
	struct sts_query *asking;	/* NULL: finished */
	struct dns_query *reports;	/* the same, for TLSRPT */
	struct loop_timer *late;
	const struct sts *sts;
	struct lookup_text tlsrpt;
};

bool
policy_is_known(const struct policy *p)
{
	return !p->asking && !p->reports;
}

static void
policy_on_sts(void *ctx, const struct sts *sts)
{
	struct policy *p = ctx;

	p->sts = sts;
	sts_free(p->asking);
	p->asking = NULL;
	if (policy_is_known(p))
		p->fn(p->ctx);
}

static void
policy_on_tlsrpt(void *ctx, const struct dns_reply *reply)
{
	struct policy *p = ctx;

	p->reports = NULL;
	lookup_text_read(&p->tlsrpt, LOOKUP_TLSRPT, reply, p->arena);
	if (policy_is_known(p))
		p->fn(p->ctx);
}

static void
policy_on_deadline(void *ctx, unsigned ready)
{
	struct policy *p = ctx;

	(void)ready;
	if (policy_is_known(p))
		return;
	dns_cancel(p->reports);
	p->reports = NULL;
	if (p->asking) {
		struct sts *none = ARENA_NEW(p->arena, struct sts);
		*none = (struct sts){ .state = STS_UNKNOWN,
			.domain = p->domain,
			.why = SPAN("not within the probe's time limit") };
		policy_on_sts(p, none);
	} else {
		p->fn(p->ctx);
	}
}

struct policy *
policy_ask(const struct sts_way *way, struct span domain, policy_fn *fn, void *ctx)
{
	struct policy *p = memory_zeroed(sizeof *p);
	const struct lookup_env *env = &way->env;
	uint64_t now = loop_now_us();
	struct span name;

	*p = (struct policy){ .arena = env->arena, .fn = fn, .ctx = ctx, .domain = domain };
	p->late = loop_timer(env->loop, policy_on_deadline, p);
	if (env->until_us)
		loop_timer_set(
		    p->late, env->until_us > now ? (env->until_us - now + 999) / 1000 : 0);
	if (host_ascii(domain, env->arena, &name, NULL)) {
		p->tlsrpt.name = lookup_text_name(LOOKUP_TLSRPT, name, env->arena);
		p->reports = dns_ask(
		    env->dns, p->tlsrpt.name, DNS_TXT, env->until_us, policy_on_tlsrpt, p);
		domain = name;
	}
	p->asking = sts_start(way, domain, policy_on_sts, p);
	return p;
}

const struct sts *
policy_sts(const struct policy *p)
{
	return p->sts;
}

struct span
policy_tlsrpt(const struct policy *p)
{
	return p->tlsrpt.wrong;
}

void
policy_free(struct policy *p)
{
	if (!p)
		return;
	sts_free(p->asking);
	dns_cancel(p->reports);
	loop_timer_free(p->late);
	free(p);
}
