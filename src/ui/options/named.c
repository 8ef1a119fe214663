/* named - named targets during a session. */
#include "ui/options/named.h"

#include <stdlib.h>

#include "ui/options/config.h"

static enum section_use
named_use(const struct option *o)
{
	size_t at = o->offset;

	if (o->group == IN_TLS || o->group == IN_AUTH)
		return SECTION_SETS;
	if (o->group != IN_CONNECTION)
		return SECTION_SKIPS;
	return (o->call ? (o->scope & SCOPE_TARGET) != 0 :
			  at >= offsetof(struct options, session) &&
				at < offsetof(struct options, tls)) ?
	    SECTION_SETS :
	    SECTION_REFUSES;
}

/* Frees the TLS context, so that the next handshake makes one with the current options. */
static void
named_set_tls(struct named *n)
{
	const char *keylog = n->env->tls.keylog;

	tls_context_free(n->env->client_tls);
	n->env->client_tls = NULL;
	n->env->tls = n->o->tls;
	n->env->tls.keylog = keylog;
}

/* Restores what is in effect without a section. */
static void
named_leave(struct named *n)
{
	if (!n->section)
		return;
	if (n->plain && n->section == n->o->name) {
		n->session = n->plain->session;
		n->session.own = true;
		n->session.can_ask = n->o->session.can_ask;
		if (!n->plain->timeouts_given && n->session.can_ask)
			n->session.timeouts = timeouts_terminal;
		n->tls = n->plain->tls;
	}
	secret_release(&n->o->session.auth.password);
	n->o->session = n->session;
	n->o->tls = n->tls;
	n->session.auth.password = (struct secret){ 0 };
	n->section = NULL;
	named_set_tls(n);
}

static const struct target *
named_enter(struct named *n, const struct config_section *section, struct err *err)
{
	struct options *o = n->o;
	struct target *target = ARENA_NEW(&o->arena, struct target);
	unsigned port = o->port;

	n->session = o->session;
	n->tls = o->tls;
	n->section = section;
	/* the credentials of the command line are only for its own target */
	o->session.auth = (struct credentials){ .mech = NULL };
	o->port = 0;
	bool ok = options_set_section(
		      o, SCOPE_TALK, section, named_use, "a running session", err) &&
	    target_parse(target, section->target, SPAN_NONE, o->port, &o->arena, err);
	o->port = port;
	o->session.auth.target = target;
	named_set_tls(n);
	return ok ? target : NULL;
}

static const struct target *
named_open(void *ctx, const struct target *typed, struct err *err)
{
	struct named *n = ctx;
	const struct config_section *section = config_find(n->o->config, typed->text);

	if (typed == n->first)
		return NULL;
	named_leave(n);
	return section ? named_enter(n, section, err) : NULL;
}

static bool
named_is(void *ctx, struct span name)
{
	const struct named *n = ctx;

	return config_find(n->o->config, name) != NULL;
}

void
named_begin(
    struct named *n, struct options *o, struct session_env *env, const struct target *first)
{
	*n = (struct named){ .o = o, .env = env, .first = first };
	if (!o->config || !o->config->sections)
		return;
	env->named = named_open;
	env->is_named = named_is;
	env->named_ctx = n;
	if (!o->name)
		return;
	n->section = o->name;
	n->plain = memory_zeroed(sizeof *n->plain);
	options_without_name(o, SCOPE_TALK, n->plain);
}

void
named_end(struct named *n)
{
	if (n->section && n->section != n->o->name)
		secret_release(&n->session.auth.password);
	if (n->plain)
		options_release(n->plain);
	free(n->plain);
}
