/* session - the way to the peer beside a plain connection: a proxy, the PROXY protocol's header. */
#include "run/session/session_impl.h"

#include <stdio.h>

/* ---- a proxy */

static void
on_proxied(void *ctx, struct conn *conn, const struct err *err)
{
	session_is_up(ctx, conn, err);
}

bool
session_goes_on(struct session *s, struct conn *conn)
{
	const struct proxy_opts *o = &s->opts->proxy;

	if (o->kind == PROXY_NONE)
		return false;
	unsigned port = s->hop->naddr ? addr_port(&s->hop->addr[0]) : s->target.port;
	session_note(s, "connected to the proxy %s; it is asked for %.*s, port %u", o->text,
	    SPAN_ARG(s->hop->host), port);
	s->proxy = proxy_begin(o, conn, s->hop->host, port, on_proxied, s);
	session_wait(s, WAIT_PROXY, s->opts->timeouts.connect);
	return true;
}

const struct route *
session_proxied_route(struct session *s, const struct target *target)
{
	if (s->opts->proxy.kind == PROXY_NONE || target->kind != TARGET_HOST)
		return NULL;
	session_set_target(s, target);
	arena_reset(&s->proxied);
	struct route *route = ARENA_NEW(&s->proxied, struct route);
	route->hop = ARENA_NEW(&s->proxied, struct route_hop);
	route->hop->host = route->name = arena_copy(&s->proxied, target->host);
	struct dane_path *path = ARENA_NEW(&s->proxied, struct dane_path);
	*path = (struct dane_path){
		.by = DANE_BY_PROXY, .host = route->name, .trust = DNS_TRUST_OPTION
	};
	route->hop->path = path;
	route->nhops = route->nall = 1;
	return route;
}

bool
session_no_way(const struct session *s, const struct target *target, char out[NO_WAY_SHOWN])
{
	const struct session_opts *o = s->opts;
	bool bound = o->from.len > 0, proxied = o->proxy.kind != PROXY_NONE,
	     family = o->route.family != 0;

	if (target->kind == TARGET_HOST || target->kind == TARGET_MX ||
	    (!bound && !proxied && !family))
		return false;
	snprintf(out, NO_WAY_SHOWN, "%s is not reached over the network: of no use to it:%s%s%s",
	    target->kind == TARGET_DEMO	    ? "demo:" :
		target->kind == TARGET_PIPE ? "a command" :
					      "a Unix socket",
	    proxied ? " --proxy" : "", bound ? " --bind" : "",
	    !family		     ? "" :
		o->route.family == 4 ? " -4" :
				       " -6");
	return true;
}

void
session_leave_way(struct session *s)
{
	proxy_free(s->proxy);
	session_leave_child(s);
	s->proxy = NULL;
}

/* ---- the PROXY protocol */

bool
session_set_preface(struct session *s, struct span text, struct err *err)
{
	struct preface *p = ARENA_NEW(&s->kept, struct preface);

	if (!preface_parse(p, arena_copy(&s->kept, text), err))
		return false;
	s->preface = p;
	return true;
}

void
session_say_preface(struct session *s)
{
	struct buf header = { .max = PREFACE_MAX };
	struct arena arena = { 0 };
	struct err err;

	if (s->preface->version == 0)
		return;
	if (!preface_write(s->preface, conn_local(s->conn), conn_peer(s->conn), &header, &err) ||
	    !conv_put(s->conv, buf_span(&header))) {
		session_note(s, "the PROXY header is not said: %s", err.text);
	} else {
		struct span shown = s->preface->version == 1 ? span_trim(buf_span(&header)) :
		    arena_printf(&arena, "<PROXY header, version 2>");
		session_sent_message(s, shown, NULL, buf_span(&header).len, false);
	}
	arena_release(&arena);
	buf_release(&header);
}
