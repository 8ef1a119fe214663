/*
 * ehlo_name - the name sent in EHLO: which one, why, and whether it resolves to the address that
 * the connection comes from.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/sysnames.h"
#include "run/session/session_impl.h"

/*
 * RFC 5321 4.1.4: EHLO has a name that is valid on the other side too, or else an address literal.
 */
static bool
is_public_name(struct span name)
{
	static const char *const private[] = { ".local", ".lan", ".localdomain", ".internal",
		".home", ".home.arpa" };

	if (!span_has(name, '.') || span_starts_case(name, SPAN("localhost")))
		return false;
	for (size_t i = 0; i < sizeof private / sizeof *private; i++)
		if (span_ends_case(name, span_of(private[i])))
			return false;
	return true;
}

/*
 * Returns the name of gethostname or, since many systems have only the short one there, the full
 * one in hosts(5).
 */
static const char *
own_name(struct session *s)
{
	char *own = s->env->own_name;
	const size_t size = sizeof s->env->own_name;
	struct arena file = { 0 };

	if (*own)
		return own;
	if (gethostname(own, size - 1) != 0)
		strcpy(own, "localhost");
	if (!span_has(span_of(own), '.')) {
		struct span full = hosts_full_name(
		    sysnames_file("/etc/hosts", &file), span_of(own));
		if (is_public_name(full) && full.len < size)
			snprintf(own, size, "%.*s", SPAN_ARG(full));
	}
	arena_release(&file);
	return own;
}

/* A name that was sent in EHLO by hand is used from then on, until another one is set. */
const char *
session_ehlo_name(struct session *s)
{
	const char *name = offers_name(&s->offers, s->opts->helo);
	char host[ADDR_TEXT];

	if (name)
		return name;
	if (s->opts->helo)
		return s->opts->helo;
	if (is_public_name(span_of(own_name(s))))
		return own_name(s);
	const struct addr *local = s->wire.conn ? conn_local(s->wire.conn) : NULL;
	if (!local || addr_family(local) == 0)
		return "localhost.localdomain";
	addr_host(local, host);
	snprintf(s->literal, sizeof s->literal,
	    addr_family(local) == 6 ? "[IPv6:%.56s]" : "[%.56s]", host);
	return s->literal;
}

static bool
has_address(const struct host *host, const char *address)
{
	char text[ADDR_TEXT];

	for (size_t i = 0; i < host->naddr; i++)
		if (strcmp(addr_host(&host->addr[i], text), address) == 0)
			return true;
	return false;
}

static void
ehlo_name_on_addresses(void *ctx, const struct host *host)
{
	struct session *s = ctx;
	char local[ADDR_TEXT], first[ADDR_TEXT];

	if (!s->wire.conn)
		return;
	addr_host(conn_local(s->wire.conn), local);
	if (host->naddr == 0)
		session_note(s, "EHLO name %.*s has no address, which some servers reject: %.*s",
		    SPAN_ARG(host->name), SPAN_ARG(host->why));
	else if (has_address(host, local))
		session_note(s, "EHLO name %.*s resolves to the connection's source address %s",
		    SPAN_ARG(host->name), local);
	else
		session_note(s,
		    "EHLO name %.*s resolves to %s%s, but the connection comes from %s%s",
		    SPAN_ARG(host->name), addr_host(&host->addr[0], first),
		    host->naddr > 1 ? " and others" : "", local,
		    addr_is_private(conn_local(s->wire.conn)) ?
			", which is normal behind NAT" :
			", which some servers reject");
}

void
session_note_ehlo_name(struct session *s)
{
	static const struct route_opts any = { 0 };
	const char *name = session_ehlo_name(s);
	const struct addr *local = s->wire.conn ? conn_local(s->wire.conn) : NULL;

	if (s->opts->helo_is_secret)
		return; /* and must not be sent to a resolver */
	if (s->helo_noted || !local || addr_family(local) == 0 ||
	    s->opts->proxy.kind != PROXY_NONE || session_is_local(s))
		return;
	s->helo_noted = true;
	if (name[0] == '[') {
		session_note(s,
		    "EHLO uses the connection's source address because this host's name, %s, is "
		    "not fully qualified; set another name with --helo NAME",
		    own_name(s));
		return;
	}
	if (!s->opts->helo)
		session_note(
		    s, "EHLO uses this host's name, %s; set another with --helo NAME", name);
	struct lookup_env env = {
		.dns = session_env_dns(s->env), .opts = &any, .arena = &s->link.arena
	};
	s->helo_query = host_find(
	    &env, arena_copy(&s->link.arena, span_of(name)), 0, false, ehlo_name_on_addresses, s);
}

struct span
session_domain(struct session *s)
{
	return s->opts->helo_is_secret ? SPAN("smtpsh.invalid") : span_of(session_ehlo_name(s));
}
