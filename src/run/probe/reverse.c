/* reverse - the names of an address: a look-up of the address as if it were a target. */
#include "run/probe/reverse.h"

#include <stdlib.h>

#include "run/session/session.h"

struct reverse {
	struct target target;
	struct lookup_query *query;
	reverse_fn *fn;
	void *ctx;
};

static void
on_lookup(void *ctx, const struct lookup *up)
{
	struct reverse *r = ctx;

	r->fn(
	    r->ctx, up->nhosts > 0 && up->host[0].hop->naddr > 0 ? &up->host[0].address[0] : NULL);
}

struct reverse *
reverse_start(struct session_env *env, const struct addr *addr, uint64_t deadline_ms,
    struct arena *arena, reverse_fn *fn, void *ctx)
{
	static const struct route_opts any = { 0 };
	struct reverse *r = memory_zeroed(sizeof *r);
	char text[ADDR_TEXT];
	struct span host = arena_copy(arena, span_of(addr_host(addr, text)));

	*r = (struct reverse){ .fn = fn, .ctx = ctx };
	r->target = (struct target){
		.kind = TARGET_HOST, .text = host, .host = host, .port = addr_port(addr)
	};
	r->query = lookup_start(env->loop, session_env_dns(env), &r->target, LOOKUP_HOST, &any,
	    deadline_ms, arena, on_lookup, r);
	return r;
}

void
reverse_free(struct reverse *r)
{
	if (!r)
		return;
	lookup_free(r->query);
	free(r);
}
