/* fleet - what a domain asks of who sends to it: asked for once, beside the probes of its MX. */
#include "run/probe/fleet_impl.h"

#include <stdlib.h>

#include "run/route/lookup.h"
#include "run/route/sts.h"

struct policy {
	struct item *item;
	struct sts_query *asking;	/* NULL: it was told */
	struct dns_query *reports;	/* the same, of TLSRPT */
	struct loop_timer *late;
	const struct sts *sts;
	struct lookup_text tlsrpt;
	struct slot_list held;		/* probed, and waiting for this */
};

static void
known(struct policy *p)
{
	struct slot *s;

	if (p->asking || p->reports)
		return;
	while ((s = slot_list_take(&p->held)))
		slot_list_add(&p->item->fleet->ended, s);
}

static void
on_sts(void *ctx, const struct sts *sts)
{
	struct policy *p = ctx;

	p->sts = sts;
	sts_free(p->asking);
	p->asking = NULL;
	known(p);
}

static void
on_reports(void *ctx, const struct dns_reply *reply)
{
	struct policy *p = ctx;

	p->reports = NULL;
	lookup_tlsrpt(&p->tlsrpt, reply, &p->item->arena);
	known(p);
}

static void
on_late(void *ctx, unsigned ready)
{
	struct policy *p = ctx;
	struct sts *none = ARENA_NEW(&p->item->arena, struct sts);

	(void)ready;
	dns_cancel(p->reports);
	p->reports = NULL;
	*none = (struct sts){ .state = STS_UNKNOWN,
		.domain = p->item->target.host,
		.why = SPAN("not within the probe's time") };
	if (p->asking)
		on_sts(p, none);
	else
		known(p);
}

static void
ask(struct policy *p)
{
	struct item *item = p->item;
	struct session_env *env = item->fleet->env;
	const struct session_opts *o = item->spec->session;
	struct span domain = item->target.host;
	uint64_t ms = item->spec->probe->total_ms;
	struct sts_way way = {
		.loop = env->loop,
		.dns = session_env_dns(env),
		.route = &o->route,
		.proxy = &o->proxy,
		.ca = env->tls.ca,
		.until_us = ms ? item->began_us + ms * 1000 : 0,
		.timeout_ms = o->timeouts.connect,
		.allow = item->fleet->opts.allow,
		.nallow = item->fleet->opts.nallow,
	};

	if (host_ascii(domain, &item->arena, &domain, NULL)) {
		p->tlsrpt.name = lookup_tlsrpt_name(domain, &item->arena);
		p->reports = dns_ask(way.dns, p->tlsrpt.name, DNS_TXT, way.until_us, on_reports, p);
	}
	p->asking = sts_start(&way, domain, &item->arena, on_sts, p);
}

void
policy_ask(struct item *item)
{
	uint64_t ms = item->spec->probe->total_ms;
	struct policy *p;

	if (item->spec->judge->sts == JUDGE_STS_OFF || item->target.kind != TARGET_MX ||
	    item->policy)
		return;
	p = item->policy = memory_zeroed(sizeof *p);
	p->item = item;
	slot_list_init(&p->held);
	p->late = loop_timer(item->fleet->env->loop, on_late, p);
	if (ms)
		loop_timer_set(p->late, ms);
	ask(p);
}

bool
policy_holds(struct slot *s)
{
	struct policy *p = s->item->policy;

	if (!p)
		return false;
	if (p->asking || p->reports) {
		slot_list_add(&p->held, s);
		return true;
	}
	s->result.sts = p->sts;
	s->result.tlsrpt = p->tlsrpt.wrong;
	return false;
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
