/* link - finds the peer and connects to it, perhaps through a proxy. */
#include "run/session/link.h"

#include <stdio.h>

#include "net/loop.h"

void
link_drop(struct link *l)
{
	route_free(l->routing);
	dial_free(l->dial);
	proxy_free(l->proxy);
	child_free(l->child);
	l->routing = NULL;
	l->dial = NULL;
	l->proxy = NULL;
	l->child = NULL;
}

void
link_release(struct link *l)
{
	link_drop(l);
	arena_release(&l->routed);
	arena_release(&l->arena);
	arena_release(&l->kept);
}

static void
link_tell(struct link *l, struct link_news news)
{
	l->news(l->ctx, &news);
}

/* ---- looking up */

void
link_set_target(struct link *l, const struct target *target)
{
	struct target copy = *target;
	struct arena routed = { 0 };

	copy.text = arena_copy(&routed, target->text);
	copy.host = arena_copy(&routed, target->host);
	copy.sender = arena_copy(&routed, target->sender);
	copy.hint = arena_copy(&routed, target->hint);
	arena_release(&l->routed);
	l->routed = routed;
	l->route = l->lost = NULL;
	l->hop = NULL;
	l->found_us = 0;
	l->target = copy;
}

static void
link_on_route(void *ctx, const struct route *route, const struct err *err)
{
	struct link *l = ctx;
	bool ok = err->kind == ERR_NONE;
	struct addr literal;

	l->route = ok ? route : NULL;
	l->lost = ok ? NULL : route;
	l->found_us = addr_parse(&literal, l->target.host, 0) ? 0 : loop_now_us() - l->begun_us;
	link_tell(l, (struct link_news){ .kind = LINK_ROUTED, .route = l->route, .err = err });
}

static void
link_on_note(void *ctx, struct span note, bool found)
{
	(void)found;
	link_tell(ctx, (struct link_news){ .kind = LINK_NOTE, .note = note });
}

void
link_find(struct link *l, struct loop *loop, struct dns *dns, const struct route_opts *opts,
    const struct target *target, uint64_t resolve_ms)
{
	arena_reset(&l->arena);
	link_set_target(l, target);
	l->host = l->target.host;
	l->begun_us = loop_now_us();
	/* A query must time out first, since its error names the server. */
	struct lookup_env env = { .loop = loop,
		.dns = dns,
		.opts = opts,
		.arena = &l->routed,
		.until_us = lookup_until(resolve_ms ? resolve_ms + 500 : 0) };
	l->routing = route_find(&env, &l->target, link_on_route, link_on_note, l);
}

const struct route *
link_proxied_route(struct link *l, const struct proxy_opts *via, const struct target *target)
{
	if (via->kind == PROXY_NONE || target->kind != TARGET_HOST)
		return NULL;
	link_set_target(l, target);
	struct route *route = ARENA_NEW(&l->routed, struct route);
	route->hop = ARENA_NEW(&l->routed, struct route_hop);
	route->hop->host = route->name = l->target.host;
	struct dane_path *path = ARENA_NEW(&l->routed, struct dane_path);
	*path = (struct dane_path){
		.by = DANE_BY_PROXY, .host = route->name, .trust = DNS_TRUST_OPTION
	};
	route->hop->path = path;
	route->nhops = route->nall = 1;
	return route;
}

/* ---- connecting */

static void
link_on_attempt(void *ctx, const struct dial_attempt *attempt)
{
	link_tell(ctx, (struct link_news){ .kind = LINK_ATTEMPT, .attempt = attempt });
}

static void
link_on_proxied(void *ctx, struct conn *conn, const struct err *err)
{
	link_tell(ctx, (struct link_news){ .kind = LINK_UP, .conn = conn, .err = err });
}

static void
link_on_dialled(void *ctx, struct conn *conn, size_t which, const struct err *err)
{
	struct link *l = ctx;

	(void)which;
	dial_free(l->dial);
	l->dial = NULL;
	if (!conn || l->via->kind == PROXY_NONE) {
		link_tell(l, (struct link_news){ .kind = LINK_UP, .conn = conn, .err = err });
		return;
	}
	l->proxy = proxy_begin(l->via, conn, l->hop->host, link_port(l), link_on_proxied, l);
	link_tell(l, (struct link_news){ .kind = LINK_PROXIED });
}

void
link_dial(
    struct link *l, struct loop *loop, const struct session_opts *o, const struct route_hop *hop)
{
	bool proxied = o->proxy.kind != PROXY_NONE;

	dial_free(l->dial);
	arena_reset(&l->arena);
	l->hop = hop;
	l->host = hop->host;
	l->via = &o->proxy;
	l->begun_us = loop_now_us();
	l->dial = dial_start(loop, proxied ? &o->proxy.addr : hop->addr, proxied ? 1 : hop->naddr,
	    &(struct dial_opts){ .from = o->from.len ? &o->from : NULL,
		.attempt_ms = o->timeouts.connect,
		.in_order = hop->in_order,
		.attempt = link_on_attempt,
		.done = link_on_dialled,
		.ctx = l });
}

void
link_over(struct link *l, struct span host)
{
	arena_reset(&l->arena);
	l->begun_us = loop_now_us();
	l->host = arena_copy(&l->arena, host);
}

unsigned
link_port(const struct link *l)
{
	return l->hop && l->hop->naddr ? addr_port(&l->hop->addr[0]) : l->target.port;
}

bool
link_set_proxy_header(struct link *l, struct span text, struct err *err)
{
	struct proxy_header *p = ARENA_NEW(&l->kept, struct proxy_header);

	if (!proxy_header_parse(p, arena_copy(&l->kept, text), err))
		return false;
	l->proxy_header = p;
	return true;
}

bool
link_has_no_way(const struct session_opts *o, const struct target *target, char out[NO_WAY_SHOWN])
{
	bool bound = o->from.len > 0, proxied = o->proxy.kind != PROXY_NONE,
	     family = o->route.family != 0;

	if (target->kind == TARGET_HOST || target->kind == TARGET_MX ||
	    (!bound && !proxied && !family))
		return false;
	snprintf(out, NO_WAY_SHOWN, "%s is not reached over the network; not applicable:%s%s%s",
	    target->kind == TARGET_DEMO	    ? "demo:" :
		target->kind == TARGET_PIPE ? "a command" :
					      "a Unix socket",
	    proxied ? " --proxy" : "", bound ? " --bind" : "",
	    !family		     ? "" :
		o->route.family == 4 ? " -4" :
				       " -6");
	return true;
}
