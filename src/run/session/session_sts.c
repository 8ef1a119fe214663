/* session - the MTA-STS policy of a domain, for a step that judges its connection by it. */
#include "run/session/session_impl.h"

static void
on_policy(void *ctx, const struct sts *sts)
{
	struct session *s = ctx;

	s->working = true;
	session_tell(s, &(struct news){ .kind = NEWS_POLICY, .sts = sts });
	s->working = false;
	session_work(s);
}

/* Three questions to the DNS at the most, and the fetch. */
static uint64_t
how_long(const struct timeouts *t)
{
	return t->resolve && t->connect ? 3 * t->resolve + t->connect + 1000 : 0;
}

void
session_find_policy(struct session *s, struct span domain)
{
	struct sts_way way = {
		.loop = s->env->loop,
		.dns = session_env_dns(s->env),
		.route = &s->opts->route,
		.proxy = &s->opts->proxy,
		.ca = s->env->tls.ca,
		.timeout_ms = s->opts->timeouts.connect,
	};

	session_forget_policy(s);
	s->sts = sts_start(&way, domain, &s->link, on_policy, s);
	session_wait(s, WAIT_POLICY, how_long(&s->opts->timeouts));
}

void
session_forget_policy(struct session *s)
{
	sts_free(s->sts);
	s->sts = NULL;
}
