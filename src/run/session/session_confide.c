/*
 * session - the one place that decides whether a secret may leave: to which peer, over what,
 * verified how, allowed by whom.
 */
#include "run/session/session_impl.h"

/* RFC 3207 6: a STARTTLS that was asked for and taken out on the way must not be done without. */
static bool
needs_tls(const struct session *s)
{
	enum target_tls asked = s->opts->tls ? s->opts->tls : s->target.tls;

	return s->opts->auth.needs_tls || s->opts->dane == DANE_REQUIRE ||
	    asked == TARGET_TLS_STARTTLS || asked == TARGET_TLS_IMPLICIT;
}

/*
 * The command line's secrets are for its target alone; where it names none, a script does not
 * choose one.
 */
static bool
is_meant(const struct session *s, struct err *err)
{
	const struct credentials *c = &s->opts->auth;

	if (c->anywhere || s->target.kind == TARGET_DEMO ||
	    (c->target && target_is_same(c->target, &s->target)))
		return true;
	if (s->script_opened && (c->target || !session_is_local(s)))
		return err_set(err, ERR_USAGE,
		    "secrets go only to the target of the command line, and no script chooses "
		    "another "
		    "(replay --allow-hosts lets it)");
	return !c->target ||
	    err_set(err, ERR_TLS,
		"the password was given for %.*s and does not go to another server",
		SPAN_ARG(c->target->text));
}

bool
session_is_meant(const struct session *s)
{
	struct err err;

	return is_meant(s, &err);
}

bool
session_confides(struct session *s, enum secret_from from, bool forced, struct err *err)
{
	if (!s->conn)
		return err_set(err, ERR_CONNECT, "there is no connection");
	if (from == SECRET_GIVEN && !is_meant(s, err))
		return false;
	if (!s->tls && needs_tls(s))
		return err_set(
		    err, ERR_TLS, "no credentials are sent in the clear where TLS was asked for");
	if (s->opts->auth.insecure || forced || s->target.kind == TARGET_DEMO ||
	    session_is_local(s))
		return true;
	if (!s->tls)
		return err_set(err, ERR_TLS,
		    "no credentials are sent in the clear: /starttls or --tls first, or force it "
		    "by name "
		    "(--auth-insecure%s)",
		    s->step && place_is_ours(s->step->place) ? ", /auth insecure" : "");
	if (s->tls->stranger || s->env->distrusted)
		return err_set(err, ERR_TLS,
		    "no credentials are sent to a server that is believed on a script's word: the "
		    "script chose the "
		    "CA, the name or the TLS version; --ca, --sni and --min-tls choose them, "
		    "--auth-insecure forces it");
	return tls_is_trusted(s->tls) ||
	    err_set(err, ERR_TLS,
		"no credentials are sent to a server whose certificate does not verify: "
		"%.*s; --ca FILE trusts its issuer, --auth-insecure forces it",
		SPAN_ARG(s->tls->nproblems ? s->tls->problem[0].text :
					     SPAN("its name was not compared")));
}

bool
session_lets_out(struct session *s, bool secret)
{
	struct err err;

	if (!secret && !(s->step && s->step->secret))
		return true;
	if (!session_confides(s, SECRET_GIVEN, false, &err)) {
		session_fail(s, err.kind, "%s", err.text);
		return false;
	}
	s->confided = true;
	conv_is_secret(s->conv);
	return true;
}

bool
session_put(struct session *s, struct span octets, bool crlf, bool secret)
{
	if (!session_lets_out(s, secret))
		return false;
	if (conv_put(s->conv, octets) && (!crlf || conv_put(s->conv, SPAN("\r\n"))))
		return true;
	session_fail(s, ERR_SYSTEM, "too much is waiting to be sent");
	return false;
}

bool
session_has_confided(const struct session *s)
{
	return s->confided;
}
