/* auth - the options that say who to log in as. */
#include "ui/options/auth.h"

#include "smtp/auth.h"

bool
options_auth(struct options *o, struct span mech, struct err *err)
{
	o->session.auth.wanted = true;
	if (mech.len == 0)
		return true;
	const struct mechanism *known = mechanism_ours(mech);
	if (!known)
		return err_set(err, ERR_USAGE,
		    "--auth=%.*s: smtpsh does not know this mechanism; `smtpsh explain AUTH` lists "
		    "them",
		    SPAN_ARG(mech));
	o->session.auth.mech = known->name;
	return true;
}

bool
options_password_file(struct options *o, struct span v, struct err *err)
{
	return credentials_file(&o->session.auth.password, arena_string(&o->arena, v), err);
}

bool
options_password_env(struct options *o, struct span v, struct err *err)
{
	return credentials_environment(&o->session.auth.password, arena_string(&o->arena, v), err);
}

bool
options_password_command(struct options *o, struct span v, struct err *err)
{
	return credentials_command(&o->session.auth.password, arena_string(&o->arena, v), err);
}

bool
options_password_fd(struct options *o, struct span v, struct err *err)
{
	unsigned long long fd;

	if (!span_number(v, 1 << 20, &fd))
		return err_set(err, ERR_USAGE,
		    "--password-fd %.*s: want the number of an open descriptor", SPAN_ARG(v));
	return credentials_descriptor(&o->session.auth.password, (int)fd, err);
}

bool
options_proxy(struct options *o, struct span v, struct err *err)
{
	return proxy_parse(&o->session.proxy, arena_string(&o->arena, v), err);
}

bool
options_proxy_protocol(struct options *o, struct span v, struct err *err)
{
	struct err why;

	return preface_parse(&o->session.preface, arena_copy(&o->arena, v), &why) ||
	    err_set(err, ERR_USAGE, "--proxy-protocol: %s", why.text);
}

/* ADDR, or ADDR:PORT; the port from which connections come. */
bool
options_bind(struct options *o, struct span v, struct err *err)
{
	struct err ignored;

	return addr_parse(&o->session.from, v, 0) ||
	    (span_has(v, ':') && addr_parse_listen(&o->session.from, v, &ignored)) ||
	    err_set(err, ERR_USAGE,
		"--bind %.*s: want an address of this machine, as in 192.0.2.7 or 192.0.2.7:4711",
		SPAN_ARG(v));
}
